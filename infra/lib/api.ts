// API Gateway: one regional REST API, the only kind that streams answers.

import { Aws } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionEntry } from './function-list.ts';
import { functionName } from './functions.ts';
import { openApiDocument } from './openapi.ts';
import type { Settings } from './settings.ts';

/** The stage, which the API's own address has in its paths. */
export const STAGE = 'live';

export class Api extends Construct {
  readonly rest: apigateway.SpecRestApi;
  readonly stage: apigateway.Stage;

  constructor(scope: Construct, id: string, props: { settings: Settings; entries: readonly FunctionEntry[]; accessLog: ILogGroup }) {
    super(scope, id);
    const { settings, entries, accessLog } = props;
    const own = `arn:${Aws.PARTITION}:lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:${settings.name}-*`;
    const caller = new iam.Role(this, 'Caller', {
      assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
      description: `API Gateway, when it calls functions of ${settings.name}`,
      inlinePolicies: {
        call: new iam.PolicyDocument({
          statements: [new iam.PolicyStatement({ sid: 'CallFunctions', actions: ['lambda:InvokeFunction'], resources: [own] })],
        }),
      },
    });
    this.rest = new apigateway.SpecRestApi(this, 'Rest', {
      restApiName: settings.name,
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      apiDefinition: apigateway.ApiDefinition.fromInline(
        openApiDocument({
          title: settings.name,
          entries,
          functionName: (entry) => functionName(settings, entry),
          credentials: caller.roleArn,
        }),
      ),
      deploy: true,
      cloudWatchRole: true,
      deployOptions: {
        stageName: STAGE,
        tracingEnabled: settings.tracing,
        throttlingRateLimit: settings.requestRate,
        throttlingBurstLimit: settings.requestBurst,
        // Execution logs would show headers and bodies; the access log shows what is listed here.
        loggingLevel: apigateway.MethodLoggingLevel.OFF,
        dataTraceEnabled: false,
        accessLogDestination: new apigateway.LogGroupLogDestination(accessLog),
        accessLogFormat: apigateway.AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    this.stage = this.rest.deploymentStage;
  }

  /** The host of the API's own address. */
  get host(): string {
    return `${this.rest.restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`;
  }
}

const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.resourcePath',
  status: '$context.status',
  gatewayError: '$context.error.responseType',
  integrationError: '$context.integration.error',
  latency: '$context.responseLatency',
  integrationLatency: '$context.integration.latency',
  bytes: '$context.responseLength',
};
