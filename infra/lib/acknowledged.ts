// What cdk-nag finds and is meant so: each finding with the reason why it stays. Whatever else it finds stops the synthesis.

import { type CfnResource, Validations } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import type { Api } from './api.ts';
import type { Consumers } from './consumers.ts';
import type { Edge } from './edge.ts';
import type { Permissions } from './permissions.ts';
import type { Settings } from './settings.ts';
import type { Storage } from './storage.ts';

export interface Parts {
  readonly settings: Settings;
  readonly storage: Storage;
  readonly permissions: Permissions;
  readonly api: Api;
  readonly edge: Edge;
  readonly consumers: Consumers;
}

export function acknowledgeFindings(parts: Parts): void {
  const { settings, storage, permissions, api, edge, consumers } = parts;
  const account = '<AWS::Region>:<AWS::AccountId>';

  mean(storage.bucket, 'S1', 'Only the functions reach the bucket, and their request log tells who asked for what; access logs would need a bucket of their own. CloudTrail data events can be turned on for it.');

  const bucket = `<${logicalId(storage.bucket)}.Arn>`;
  meanWildcard(permissions, `${bucket}/*`, 'Packs have names that are drawn when they are stored; the whole bucket is packs.');
  meanWildcard(permissions, `${bucket}/packs/*`, 'The same; only one role may delete, and that only packs.');
  meanWildcard(permissions, `arn:<AWS::Partition>:kms:${account}:key/*`, 'People encrypt repositories under keys of their own, which are not known here: used only when tagged for that and only through S3, described without.');
  for (const topic of settings.topics.length ? settings.topics : [`arn:<AWS::Partition>:sns:${account}:${settings.name}-trigger-*`]) {
    meanWildcard(permissions, topic, 'People make topics for triggers; the name, or the setting, says which may be told.');
  }
  for (const name of settings.triggerFunctions.length ? settings.triggerFunctions : [`arn:<AWS::Partition>:lambda:${account}:function:${settings.name}-trigger-*`]) {
    meanWildcard(permissions, name, 'People make functions for triggers; the name, or the setting, says which may be called.');
  }
  if (settings.tracing) meanWildcard(permissions, '*', 'X-Ray has no resources to be confined to.');
  mean(consumers, 'SQS3', 'It is itself where failures go; an event source mapping names it, which the rule does not look at.');
  meanWildcard(consumers, '*', 'Streams are listed before one is named; nothing is read by it.');

  meanWildcard(api, `arn:<AWS::Partition>:lambda:${account}:function:${settings.name}-*`, 'The functions of this stack; they are made after the API and are called by their names.');
  mean(api, 'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]', 'The policy that AWS keeps for exactly this: API Gateway writing access logs.');
  mean(api, 'APIG2', 'The functions check every request, by the rules of the API model and in the order that clients expect; bodies of Git have no schema.');
  mean(api, 'APIG3', "The firewall is a setting ('firewall'), because it costs money while nobody pushes.");
  mean(api, 'APIG4', 'The functions authenticate: AWS signatures are over the body, which no authorizer of API Gateway is shown.');
  mean(api, 'COG4', 'There is no user pool; clients sign as AWS clients do.');
  mean(api, 'APIG6', 'Execution logs would hold headers and bodies, and so passwords. The access log is on.');

  mean(edge, 'SMG4', 'The secret is turned by raising a setting, since distribution and functions must change together; a signature is needed besides.');
  mean(edge, 'CFR1', 'Developers are everywhere.');
  mean(edge, 'CFR2', "The firewall is a setting ('firewall') and stands before the API, behind which everything is.");
  mean(edge, 'CFR3', 'The access log of the API tells of every request that gets through; nothing is cached.');
  mean(edge, 'CFR4', "CloudFront's own host name has its own policy; with the setting 'domainName', TLS 1.2 is the least.");
  if (!settings.domainName) {
    Validations.of(edge).acknowledge({
      id: 'Annotation::@aws-cdk/aws-cloudfront:minimumProtocolVersionWithoutCertificate',
      reason: "The least version of TLS holds as soon as there is a 'domainName'.",
    });
  }
}

function mean(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct as Construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${finding}`, reason });
}

function meanWildcard(construct: IConstruct, resource: string, reason: string): void {
  mean(construct, `IAM5[Resource::${resource}]`, reason);
}

function logicalId(construct: IConstruct & { stack: { getLogicalId(of: CfnResource): string } }): string {
  return construct.stack.getLogicalId(construct.node.defaultChild as CfnResource);
}
