// The stack: everything that one deployment consists of, in the order in which it depends on each other.

import { CfnOutput, RemovalPolicy, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledgeFindings } from './acknowledged.ts';
import { Api, STAGE } from './api.ts';
import { Consumers } from './consumers.ts';
import { Edge } from './edge.ts';
import { Firewall } from './firewall.ts';
import { CLASSES, type FunctionEntry, type PermissionClass } from './function-list.ts';
import { Functions } from './functions.ts';
import { Permissions } from './permissions.ts';
import type { Settings } from './settings.ts';
import { Storage } from './storage.ts';
import { Watch } from './watch.ts';

export interface ColdforgeStackProps extends StackProps {
  readonly settings: Settings;
  readonly entries: readonly FunctionEntry[];
  readonly code: Code;
}

export class ColdforgeStack extends Stack {
  constructor(scope: Construct, id: string, props: ColdforgeStackProps) {
    super(scope, id, { description: 'Coldforge: a Git service that speaks the CodeCommit API', ...props });
    const { settings, entries, code } = props;
    Tags.of(this).add('coldforge', settings.name);

    const storage = new Storage(this, 'Storage', settings);
    const logs = this.logGroups(settings, storage);
    const permissions = new Permissions(this, 'Permissions', { settings, entries, storage, logs: logs.functions });
    const { roles } = permissions;
    const api = new Api(this, 'Api', { settings, entries, accessLog: logs.access });
    const edge = new Edge(this, 'Edge', { settings, api });
    const endpoint = `https://${edge.host}`;
    const functions = new Functions(this, 'Functions', {
      entries,
      settings,
      storage,
      roles,
      logs: logs.functions,
      code,
      endpoint,
      hosts: [edge.host, api.host],
      originSecret: edge.originSecret,
    });
    const consumers = new Consumers(this, 'Consumers', { entries, functions, roles, storage });
    const watch = new Watch(this, 'Watch', { settings, storage, api, consumers, logs: Object.values(logs.functions), deliveries: logs.functions.deliver });
    if (settings.firewall) new Firewall(this, 'Firewall', { settings, stage: api.stage, originSecret: edge.originSecret });

    const output = (name: string, description: string, value: string) => new CfnOutput(this, name, { description, value }).overrideLogicalId(name);
    output('Endpoint', 'The endpoint URL for the AWS CLI and SDKs (AWS_ENDPOINT_URL_CODECOMMIT)', endpoint);
    output('CloneUrl', 'What to clone, with the name of a repository in place of REPOSITORY', `${endpoint}/v1/repos/REPOSITORY`);
    output('ApiUrl', "API Gateway's own address, for signing in with an IAM identity and for Git with a password", `https://${api.host}/${STAGE}`);
    output('FirstAdministrator', 'How the first administrator is made', 'With your own AWS credentials: cargo run -p bootstrap --example first_administrator; infra/README.md tells more');
    output('KeyArn', 'The key', storage.key.keyArn);
    output('TableName', 'The table', storage.table.tableName);
    output('BucketName', 'The bucket of packs', storage.bucket.bucketName);
    output('AlarmTopic', 'Where alarms are told; subscribe to it', watch.topic.topicArn);
    acknowledgeFindings({ settings, storage, permissions, api, edge, consumers });
  }

  /** One log group for each permission class, so that a role can be confined to its own, and one for the API's access log. */
  private logGroups(settings: Settings, storage: Storage) {
    const make = (name: string) =>
      new LogGroup(this, `Log${name}`, {
        retention: settings.logRetentionDays as RetentionDays,
        encryptionKey: storage.key,
        removalPolicy: settings.removalPolicy === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      });
    const functions = Object.fromEntries(CLASSES.map((name) => [name, make(`Of${name}`)])) as Record<PermissionClass, LogGroup>;
    return { functions, access: make('OfAccess') };
  }
}
