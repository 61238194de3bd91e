// What functions may do in the account: one role for each permission class of the list, with nothing that its class does not need.
//
//   refs      rows, reading
//   read      rows and packs, reading
//   write     the same, and changes both; seals what webhooks are signed with
//   push      the same for repositories alone, and stores packs in parts
//   identity  rows of users and credentials, reading and changing; seals secrets; no packs
//   authorize rows, reading; keeps when credentials of Git were used, and seals those anew
//   delete    rows; the only one that may delete packs
//   deliver   rows; tells topics, functions and the event bus what happened
//
// Everybody reads rows of users and opens sealed credentials, because every function checks who is calling; but only `identity`
// may change them, and `authorize` replace a credential. Nobody may delete an event once it is written.

import { Aws, Tags } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { CLASSES, type FunctionEntry, type PermissionClass } from './function-list.ts';
import { busArn, functionArn } from './functions.ts';
import type { Settings } from './settings.ts';
import type { Storage } from './storage.ts';

/** The tag, with the value `true`, of KMS keys that repositories may be encrypted under. */
export const REPOSITORY_KEY_TAG = 'coldforge:repository-key';

/** Partitions that decide who may do what; only functions of class `identity` write there. */
export const IDENTITY_PARTITIONS = ['USER#*', 'GROUP#*', 'CREDENTIAL#*', 'POLICY#*', 'SYSTEM'];

/** Partitions of repositories and pull requests, where functions of class `identity` have no business. */
export const REPOSITORY_PARTITIONS = ['REPO#*', 'PR#*', 'COMMENT#*', 'TEMPLATE*', 'WEBHOOK#*'];

/** Partitions that a push changes. */
const PUSHED_PARTITIONS = ['REPO#*', 'PR#*', 'EVENT#*'];

/** Partitions that what lets Git in keeps up to date. */
const CREDENTIAL_PARTITIONS = ['CREDENTIAL#*'];

const EVENT_PARTITIONS = ['EVENT#*'];

/** What the names of all encryption contexts begin with that the service itself binds secrets to. */
const OWN_CONTEXT = 'coldforge:*';

/** What is in the context of the secrets that webhooks are signed with. */
const WEBHOOK_CONTEXT = 'coldforge:webhook';

const WRITES = ['dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'];

export type Roles = Record<PermissionClass, iam.Role>;

/** The roles, and the log group that each may write to. */
export class Permissions extends Construct {
  readonly roles: Roles;

  constructor(scope: Construct, id: string, props: { settings: Settings; entries: readonly FunctionEntry[]; storage: Storage; logs: Record<PermissionClass, ILogGroup> }) {
    super(scope, id);
    const { settings, entries, storage, logs } = props;
    const workers = entries.filter(({ kind }) => kind === 'worker').map((entry) => functionArn(settings, entry));
    const grants = new Grants(storage, settings, workers);
    this.roles = Object.fromEntries(
      CLASSES.map((name) => {
        const role = new iam.Role(this, name, {
          assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
          description: `Functions of ${settings.name} of class '${name}'`,
          inlinePolicies: {
            [name]: new iam.PolicyDocument({
              statements: [...grants.everybody(logs[name]), ...grants.of(name)],
            }),
          },
        });
        Tags.of(role).add('coldforge:class', name);
        return [name, role];
      }),
    ) as Roles;
  }
}

class Grants {
  readonly storage: Storage;
  readonly settings: Settings;
  readonly workers: string[];

  constructor(storage: Storage, settings: Settings, workers: string[]) {
    this.storage = storage;
    this.settings = settings;
    this.workers = workers;
  }

  of(name: PermissionClass): iam.PolicyStatement[] {
    switch (name) {
      case 'refs':
        return [this.describeKeys()];
      case 'read':
        return [this.describeKeys(), ...this.readPacks()];
      case 'write':
        return [
          this.describeKeys(),
          ...this.readPacks(),
          ...this.storePacks(),
          ...this.changeRows(),
          denyWrites('KeepIdentities', this.table, IDENTITY_PARTITIONS),
          this.sealSecrets(['kms:Encrypt'], WEBHOOK_CONTEXT),
        ];
      case 'push':
        return [this.describeKeys(), ...this.readPacks(), ...this.storePacks(), ...this.changeRows(PUSHED_PARTITIONS)];
      case 'identity':
        return [...this.changeRows(), denyWrites('KeepRepositories', this.table, REPOSITORY_PARTITIONS), this.sealSecrets(['kms:Encrypt', 'kms:GenerateDataKey'])];
      case 'authorize':
        return this.keepCredentials();
      case 'delete':
        return [
          ...this.readPacks(),
          allow('DeletePacks', ['s3:DeleteObject'], [this.storage.bucket.arnForObjects('packs/*')]),
          ...this.changeRows(),
          denyWrites('KeepIdentities', this.table, IDENTITY_PARTITIONS),
        ];
      case 'deliver':
        return [
          this.describeKeys(),
          ...this.readPacks(),
          ...this.changeRows(),
          denyWrites('KeepIdentities', this.table, IDENTITY_PARTITIONS),
          ...this.tellOthers(),
        ];
    }
  }

  /** What every function needs: its log, and to find out who is calling. */
  everybody(log: ILogGroup): iam.PolicyStatement[] {
    const statements = [
      allow('Log', ['logs:CreateLogStream', 'logs:PutLogEvents'], [log.logGroupArn]),
      allow('ReadRows', ['dynamodb:GetItem', 'dynamodb:Query'], [this.table]),
      this.tableKey('UseKeyForReadingRows', ['kms:Decrypt']),
      allow('OpenSecrets', ['kms:Decrypt'], [this.key], this.ownContext()),
    ];
    if (this.settings.tracing) {
      statements.push(allow('Trace', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']));
    }
    return statements;
  }

  private get table(): string {
    return this.storage.table.tableArn;
  }

  private get key(): string {
    return this.storage.key.keyArn;
  }

  /** Rows of these partitions, or of all. Events are written once and then stay until they expire. */
  private changeRows(partitions?: string[]): iam.PolicyStatement[] {
    const within = partitions && { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } };
    return [
      allow('ChangeRows', WRITES, [this.table], within),
      this.tableKey('UseKeyForChangingRows', ['kms:Encrypt', 'kms:GenerateDataKey']),
      new iam.PolicyStatement({
        sid: 'KeepEvents',
        effect: iam.Effect.DENY,
        actions: ['dynamodb:DeleteItem'],
        resources: [this.table],
        conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': EVENT_PARTITIONS } },
      }),
    ];
  }

  /** A credential that was just used is put in place of itself. */
  private keepCredentials(): iam.PolicyStatement[] {
    const within = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': CREDENTIAL_PARTITIONS } };
    return [
      allow('KeepCredentials', ['dynamodb:PutItem'], [this.table], within),
      this.tableKey('UseKeyForKeepingCredentials', ['kms:Encrypt', 'kms:GenerateDataKey']),
    ];
  }

  /** Without the right to list, S3 tells of a missing object as of a forbidden one. */
  private readPacks(): iam.PolicyStatement[] {
    return [
      allow('ReadPacks', ['s3:GetObject'], [this.storage.bucket.arnForObjects('*')]),
      allow('TellMissingPacks', ['s3:ListBucket'], [this.storage.bucket.bucketArn]),
      ...this.packKeys('UseKeyForReadingPacks', ['kms:Decrypt']),
    ];
  }

  private storePacks(): iam.PolicyStatement[] {
    return [
      allow('StorePacks', ['s3:PutObject', 's3:AbortMultipartUpload'], [this.storage.bucket.arnForObjects('*')]),
      ...this.packKeys('UseKeyForStoringPacks', ['kms:GenerateDataKey']),
    ];
  }

  /** The service's key for objects of the bucket, and those keys of the account that are tagged for repositories. */
  private packKeys(sid: string, actions: string[]): iam.PolicyStatement[] {
    const bucket = this.storage.bucket;
    const through = {
      StringEquals: { 'kms:ViaService': `s3.${Aws.REGION}.amazonaws.com` },
      StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket.bucketArn, bucket.arnForObjects('*')] },
    };
    return [
      allow(sid, actions, [this.key], through),
      allow(`${sid}OfRepositories`, actions, [anyKey()], {
        ...through,
        StringEquals: { ...through.StringEquals, [`aws:ResourceTag/${REPOSITORY_KEY_TAG}`]: 'true' },
      }),
    ];
  }

  /** The key of the table, for DynamoDB and for this table only. */
  private tableKey(sid: string, actions: string[]): iam.PolicyStatement {
    return allow(sid, actions, [this.key], {
      StringEquals: {
        'kms:ViaService': `dynamodb.${Aws.REGION}.amazonaws.com`,
        'kms:EncryptionContext:aws:dynamodb:tableName': this.storage.table.tableName,
      },
    });
  }

  /** Whether a key can be used is told to clients; nothing can be done to one by that. */
  private describeKeys(): iam.PolicyStatement {
    return allow('DescribeKeys', ['kms:DescribeKey'], [anyKey()]);
  }

  /** Secrets of any kind, or of the one whose context has this name in it. */
  private sealSecrets(actions: string[], kind?: string): iam.PolicyStatement {
    return allow('SealSecrets', actions, [this.key], this.ownContext(kind));
  }

  private ownContext(kind?: string) {
    return {
      'ForAllValues:StringLike': { 'kms:EncryptionContextKeys': [OWN_CONTEXT] },
      Null: { 'kms:EncryptionContextKeys': 'false', ...(kind && { [`kms:EncryptionContext:${kind}`]: 'false' }) },
    };
  }

  private tellOthers(): iam.PolicyStatement[] {
    const { topics, triggerFunctions, eventBus, name } = this.settings;
    const own = (service: string, resource: string) => `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
    const topicsOf = topics.length ? topics : [own('sns', `${name}-trigger-*`)];
    const functionsOf = triggerFunctions.length ? triggerFunctions : [own('lambda', `function:${name}-trigger-*`)];
    const statements = [
      allow('TellTopics', ['sns:Publish'], topicsOf),
      allow('CallTriggerFunctions', ['lambda:InvokeFunction'], functionsOf),
    ];
    if (this.workers.length) statements.push(allow('CallWorkers', ['lambda:InvokeFunction'], this.workers));
    if (eventBus) statements.push(allow('TellEventBus', ['events:PutEvents'], [busArn(eventBus)]));
    return statements;
  }
}

function anyKey(): string {
  return `arn:${Aws.PARTITION}:kms:${Aws.REGION}:${Aws.ACCOUNT_ID}:key/*`;
}

function allow(sid: string, actions: string[], resources: string[], conditions?: Record<string, Record<string, unknown>>) {
  return new iam.PolicyStatement({ sid, actions, resources, ...(conditions && { conditions }) });
}

function denyWrites(sid: string, table: string, partitions: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    effect: iam.Effect.DENY,
    actions: ['dynamodb:PutItem', 'dynamodb:DeleteItem'],
    resources: [table],
    conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': partitions } },
  });
}
