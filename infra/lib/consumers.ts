// What calls functions that no request asks for: the table's stream, a clock, and one another.

import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { FunctionEntry } from './function-list.ts';
import type { Functions } from './functions.ts';
import type { Roles } from './permissions.ts';
import { ROW, type Storage } from './storage.ts';

/** The records that consumers are told of: what happened, and that deliveries have become due. All others are of no interest to any. */
export const FOLLOWED: readonly Record<string, unknown>[] = [
  { eventName: ['INSERT'], dynamodb: { Keys: { [ROW.partition]: { S: [{ prefix: 'EVENT#' }] } } } },
  { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { [ROW.partition]: { S: ['LANES'] } } } },
];

/** A function that reads the stream, and where the records go that it could not deal with. */
export interface StreamConsumer {
  readonly name: string;
  readonly handler: lambda.IFunction;
  readonly failed: sqs.Queue;
}

export interface ConsumersProps {
  readonly entries: readonly FunctionEntry[];
  readonly functions: Functions;
  readonly roles: Roles;
  readonly storage: Storage;
}

export class Consumers extends Construct {
  readonly streams: StreamConsumer[];
  readonly scheduled: lambda.IFunction[];
  readonly workers: lambda.IFunction[];

  constructor(scope: Construct, id: string, props: ConsumersProps) {
    super(scope, id);
    const of = (kind: FunctionEntry['kind']) => props.entries.filter((entry) => entry.kind === kind);
    this.streams = of('stream').map((entry) => this.followStream(entry, props));
    this.scheduled = of('schedule').map((entry) => this.schedule(entry, props));
    this.workers = of('worker').map((entry) => this.letWork(entry, props));
  }

  /** Functions call a worker and do not wait. What it did not do, the table knows and a clock finds within a minute, so that Lambda need not try again. */
  private letWork(entry: FunctionEntry, { functions }: ConsumersProps): lambda.IFunction {
    const handler = functions.get(entry);
    handler.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    return handler;
  }

  private followStream(entry: FunctionEntry, { functions, roles, storage }: ConsumersProps): StreamConsumer {
    const handler = functions.get(entry);
    const failed = new sqs.Queue(this, `${entry.name}Failed`, {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const access = new iam.Policy(this, `${entry.name}Access`, {
      roles: [roles[entry.class]],
      statements: [
        new iam.PolicyStatement({
          sid: 'FollowStream',
          actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
          resources: [storage.table.tableStreamArn ?? ''],
        }),
        new iam.PolicyStatement({ sid: 'FindStream', actions: ['dynamodb:ListStreams'], resources: ['*'] }),
        new iam.PolicyStatement({ sid: 'KeepFailed', actions: ['sqs:SendMessage'], resources: [failed.queueArn] }),
      ],
    });
    const mapping = new lambda.EventSourceMapping(this, `${entry.name}Stream`, {
      target: handler,
      eventSourceArn: storage.table.tableStreamArn,
      // What happened before the function was there is told too.
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(0),
      // Records of one partition, that is of one repository, stay in order.
      parallelizationFactor: 4,
      filters: FOLLOWED.map((records) => lambda.FilterCriteria.filter(records)),
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 20,
      maxRecordAge: Duration.hours(12),
      onFailure: new SqsDlq(failed),
    });
    mapping.node.addDependency(access);
    return { name: entry.name, handler, failed };
  }

  private schedule(entry: FunctionEntry, { functions }: ConsumersProps): lambda.IFunction {
    const handler = functions.get(entry);
    new events.Rule(this, `${entry.name}Clock`, {
      schedule: events.Schedule.expression(entry.schedule ?? ''),
      targets: [new LambdaFunction(handler, { retryAttempts: 2, maxEventAge: Duration.hours(1) })],
    });
    return handler;
  }
}
