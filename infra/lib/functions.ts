// The Lambda functions: one for each entry of the list, all from the same binary, which looks at its handler setting.

import { Aws, Duration, type CfnResource, Tags } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionEntry, PermissionClass } from './function-list.ts';
import type { Roles } from './permissions.ts';
import type { Settings } from './settings.ts';
import type { Storage } from './storage.ts';

export interface FunctionsProps {
  readonly entries: readonly FunctionEntry[];
  readonly settings: Settings;
  readonly storage: Storage;
  readonly roles: Roles;
  readonly logs: Record<PermissionClass, ILogGroup>;
  readonly code: lambda.Code;
  /** What clone URLs begin with. */
  readonly endpoint: string;
  /** The hosts that signatures may be for. */
  readonly hosts: readonly string[];
  readonly originSecret: string;
}

/** The name of a function in the account. It is fixed, so that the API can name functions that are made after it. */
export function functionName(settings: Settings, entry: Pick<FunctionEntry, 'name'>): string {
  return `${settings.name}-${entry.name}`;
}

/** The ARN that a function will have. */
export function functionArn(settings: Settings, entry: Pick<FunctionEntry, 'name'>): string {
  return `arn:${Aws.PARTITION}:lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:${functionName(settings, entry)}`;
}

export class Functions extends Construct {
  private readonly byName = new Map<string, lambda.Function>();

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const environment = environmentOf(props);
    for (const entry of props.entries) this.byName.set(entry.name, this.make(entry, props, environment));
  }

  get(entry: FunctionEntry): lambda.Function {
    const made = this.byName.get(entry.name);
    if (!made) throw new Error(`there is no function '${entry.name}'`);
    return made;
  }

  private make(entry: FunctionEntry, props: FunctionsProps, environment: Record<string, string>): lambda.Function {
    const { settings } = props;
    const made = new lambda.Function(this, entry.name, {
      functionName: functionName(settings, entry),
      description: `Coldforge: ${entry.name}`,
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: settings.architecture === 'arm64' ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
      handler: entry.name,
      code: props.code,
      role: props.roles[entry.class].withoutPolicyUpdates(),
      logGroup: props.logs[entry.class],
      timeout: Duration.seconds(entry.timeoutSeconds),
      memorySize: entry.memoryMb,
      // A worker that finds no room is called again within a minute, by whoever looks for deliveries that are due.
      ...(entry.kind === 'worker' && settings.deliveriesAtOnce && { reservedConcurrentExecutions: settings.deliveriesAtOnce }),
      tracing: settings.tracing ? lambda.Tracing.ACTIVE : lambda.Tracing.DISABLED,
      environment,
    });
    Tags.of(made).add('coldforge:operation', entry.name);
    const resource = made.node.defaultChild as CfnResource;
    resource.addMetadata('coldforge:operation', entry.name);
    resource.addMetadata('coldforge:kind', entry.kind);
    resource.addMetadata('coldforge:class', entry.class);
    resource.addMetadata('coldforge:streaming', entry.streaming);
    return made;
  }
}

/** The ARN of an event bus of the account. */
export function busArn(name: string): string {
  return `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:event-bus/${name}`;
}

function environmentOf(props: FunctionsProps): Record<string, string> {
  const { settings, storage } = props;
  const { adminPrincipalArn, console, eventBus, quotas, webhookAllow } = settings;
  const worker = props.entries.find(({ kind }) => kind === 'worker');
  return {
    COLDFORGE_TABLE: storage.table.tableName,
    COLDFORGE_BUCKET: storage.bucket.bucketName,
    COLDFORGE_KEY_ARN: storage.key.keyArn,
    COLDFORGE_ENDPOINT: props.endpoint,
    COLDFORGE_HOSTS: props.hosts.join(','),
    COLDFORGE_ACCOUNT_ID: Aws.ACCOUNT_ID,
    COLDFORGE_ORIGIN_SECRET: props.originSecret,
    ...(adminPrincipalArn && { COLDFORGE_ADMIN_ARN: adminPrincipalArn }),
    ...(worker && { COLDFORGE_LANE_WORKER: functionArn(settings, worker) }),
    ...(eventBus && { COLDFORGE_EVENT_BUS: busArn(eventBus) }),
    ...(console && { COLDFORGE_CONSOLE: console }),
    ...(webhookAllow.length && { COLDFORGE_WEBHOOK_ALLOW: webhookAllow.join(',') }),
    ...Object.fromEntries(Object.entries(quotas).map(([name, value]) => [`COLDFORGE_${name}`, String(value)])),
  };
}
