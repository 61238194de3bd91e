// CloudFront: the address that clients know. One small function turns AWS API calls into paths (`cloudfront/route.js`).

import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type Api, STAGE } from './api.ts';
import type { Settings } from './settings.ts';

/** The header by which functions know that a request came through the distribution, so that its `x-cf-*` headers are to be believed. */
export const ORIGIN_SECRET_HEADER = 'x-cf-origin-secret';

/**
 * How long CloudFront waits for the first byte, and between two. It takes no more than 60 seconds unless the account's quota is raised;
 * Git's functions send something every few seconds.
 */
const ORIGIN_TIMEOUT = Duration.seconds(60);

export const ROUTE_FILE = fileURLToPath(new URL('../cloudfront/route.js', import.meta.url));

export class Edge extends Construct {
  readonly distribution: cloudfront.Distribution;
  /** What the distribution tells the functions, as CloudFormation looks it up. */
  readonly originSecret: string;
  /** The host in the URLs of clients. */
  readonly host: string;

  constructor(scope: Construct, id: string, { settings, api }: { settings: Settings; api: Api }) {
    super(scope, id);
    const secret = new Secret(this, `OriginSecret${settings.originSecretGeneration}`, {
      description: `What CloudFront tells the functions of ${settings.name}, so that they know whom to believe`,
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    });
    // It stands in the settings of the distribution and of the functions anyway, which is who has to know it.
    this.originSecret = secret.secretValue.unsafeUnwrap();

    const route = new cloudfront.Function(this, 'Route', {
      comment: 'Turns AWS API calls into paths',
      code: cloudfront.FunctionCode.fromFile({ filePath: ROUTE_FILE }),
      runtime: cloudfront.FunctionRuntime.JS_2_0,
    });
    const { domainName, certificateArn, hostedZone } = settings;
    this.distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: settings.name,
      ...(domainName && certificateArn && {
        domainNames: [domainName],
        certificate: acm.Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      }),
      minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      defaultBehavior: {
        origin: new HttpOrigin(api.host, {
          originPath: `/${STAGE}`,
          protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [cloudfront.OriginSslPolicy.TLS_V1_2],
          customHeaders: { [ORIGIN_SECRET_HEADER]: this.originSecret },
          readTimeout: ORIGIN_TIMEOUT,
          keepaliveTimeout: ORIGIN_TIMEOUT,
        }),
        allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
        cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
        // All headers but Host, by which API Gateway finds the API; the function has kept it under another name.
        originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        // Packs are compressed already, and an answer that is compressed on the way is not streamed.
        compress: false,
        functionAssociations: [{ function: route, eventType: cloudfront.FunctionEventType.VIEWER_REQUEST }],
      },
    });
    this.host = domainName ?? this.distribution.distributionDomainName;

    if (domainName && hostedZone) {
      const zone = route53.HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId: hostedZone.id, zoneName: hostedZone.name });
      const target = route53.RecordTarget.fromAlias(new CloudFrontTarget(this.distribution));
      new route53.ARecord(this, 'Address', { zone, recordName: domainName, target });
      new route53.AaaaRecord(this, 'Address6', { zone, recordName: domainName, target });
    }
  }
}
