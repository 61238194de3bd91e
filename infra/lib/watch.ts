// What an operator looks at: alarms for what needs somebody, a dashboard for the rest, and ready questions for the logs.

import { Aws, Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Api } from './api.ts';
import type { Consumers } from './consumers.ts';
import type { Settings } from './settings.ts';
import type { Storage } from './storage.ts';

/** The namespace of the metrics that the functions print (`crates/bootstrap/src/metrics.rs`). */
export const NAMESPACE = 'Coldforge';

/** The metrics of each API, and the APIs: the dimension `Api` beside `Stack`. */
export const METRICS = ['Requests', 'Faults', 'Latency'] as const;
export const APIS = ['api', 'iam', 'git'] as const;

const FIVE_MINUTES = Duration.minutes(5);

/** How old a stream's oldest unread record may become, in milliseconds. */
const MOST_ITERATOR_AGE_MS = 10 * 60 * 1000;

/** How long the slowest of a hundred calls of the API may take, in milliseconds. Git's requests take as long as what they carry. */
const MOST_DURATION_MS = 10_000;

/** What `crates/notify` logs of a delivery that nobody will try again, to whomever it was. */
export const GIVEN_UP = 'a delivery was given up';

/** Questions about the request log; the fields are those that `service::pipeline` logs. */
const QUESTIONS: Record<string, string[]> = {
  'Slowest requests': ['fields @timestamp, operation, repository, duration_ms, status', 'filter message = "request"', 'sort duration_ms desc', 'limit 50'],
  'Operations: number, faults, p99': ['filter message = "request"', 'stats count(*) as requests, sum(status >= 500) as faults, pct(duration_ms, 99) as p99 by operation', 'sort requests desc'],
  'Refusals by reason': ['filter message = "request" and error != ""', 'stats count(*) as refusals by error, operation', 'sort refusals desc'],
  'Deliveries that were given up': ['fields @timestamp, kind, rule, destination, repository, attempts, reason, events', `filter message = "${GIVEN_UP}"`, 'sort @timestamp desc', 'limit 200'],
  'What went wrong inside': ['fields @timestamp, @log, level, message, request_id', 'filter level = "ERROR"', 'sort @timestamp desc', 'limit 100'],
};

export interface WatchProps {
  readonly settings: Settings;
  readonly storage: Storage;
  readonly api: Api;
  readonly consumers: Consumers;
  readonly logs: readonly logs.LogGroup[];
  /** The one of the functions that deliver. */
  readonly deliveries: logs.LogGroup;
}

export class Watch extends Construct {
  readonly topic: sns.Topic;
  readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, props: WatchProps) {
    super(scope, id);
    const { settings, storage } = props;
    this.topic = new sns.Topic(this, 'Alarms', { masterKey: storage.key, enforceSSL: true });
    // A policy of its own, such as the one that wants TLS, takes the place of the one that lets alarms of the account publish.
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Alarms',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    if (settings.alarmEmail) this.topic.addSubscription(new EmailSubscription(settings.alarmEmail));

    this.alarms(props);
    this.dashboard = this.board(props);
    this.watchDeliveries(props.deliveries);
    for (const [name, lines] of Object.entries(QUESTIONS)) {
      new logs.CfnQueryDefinition(this, `Question${name.replace(/[^A-Za-z]/g, '')}`, {
        name: `${settings.name}/${name}`,
        queryString: lines.join('\n| '),
        logGroupNames: props.logs.map((group) => group.logGroupName),
      });
    }
  }

  private alarms({ settings, storage, api, consumers }: WatchProps): void {
    this.alarm('ServerErrors', 'Requests end in a 5xx answer: see the log question "What went wrong inside".', {
      metric: api.stage.metricServerError({ statistic: 'Sum', period: FIVE_MINUTES }),
      threshold: 5,
    });
    this.alarm('SlowAnswers', 'One call of the API in a hundred takes long: see "Slowest requests".', {
      metric: ofApi(settings, 'api', 'Latency', 'p99'),
      threshold: MOST_DURATION_MS,
      evaluationPeriods: 3,
    });
    this.alarm('FunctionsThrottled', 'Lambda refuses calls: the concurrency quota of the account is used up.', {
      metric: lambdaMetric('Throttles', 'Sum'),
      threshold: 1,
    });
    this.alarm('TableThrottled', 'DynamoDB refuses calls: a partition is too busy, or the table grew faster than it can.', {
      metric: new cloudwatch.MathExpression({
        expression: 'FILL(reads, 0) + FILL(writes, 0)',
        usingMetrics: { reads: tableMetric(storage, 'ReadThrottleEvents'), writes: tableMetric(storage, 'WriteThrottleEvents') },
        period: FIVE_MINUTES,
      }),
      threshold: 10,
    });
    for (const { name, handler, failed } of consumers.streams) {
      this.alarm(`${name}Behind`, `${name} does not keep up with the stream; records are lost after 24 hours.`, {
        metric: handler.metric('IteratorAge', { statistic: 'Maximum', period: FIVE_MINUTES }),
        threshold: MOST_ITERATOR_AGE_MS,
      });
      this.alarm(`${name}GaveUp`, `${name} gave up on records of the stream; they are named in its queue.`, {
        metric: failed.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: FIVE_MINUTES }),
        threshold: 1,
      });
    }
    for (const handler of [...consumers.scheduled, ...consumers.workers]) {
      this.alarm(`${handler.node.id}Failed`, `${handler.node.id}, which nobody waits for, failed.`, {
        metric: handler.metricErrors({ statistic: 'Sum', period: Duration.hours(1) }),
        threshold: 3,
      });
    }
  }

  /** Counts the deliveries that were given up, by the lines that tell of them. */
  private watchDeliveries(logGroup: logs.LogGroup): void {
    const metricName = `GivenUp/${Aws.STACK_NAME}`;
    const filterPattern = logs.FilterPattern.literal(`{ $.message = "${GIVEN_UP}" }`);
    new logs.MetricFilter(this, 'GivenUp', { logGroup, filterPattern, metricNamespace: NAMESPACE, metricName, metricValue: '1' });
    const metric = new cloudwatch.Metric({ namespace: NAMESPACE, metricName, period: FIVE_MINUTES, statistic: 'Sum' });
    this.alarm('DeliveriesGivenUp', 'Somebody was not told of something, and will not be: see "Deliveries that were given up".', { metric, threshold: 1 });
    this.dashboard.addWidgets(new cloudwatch.GraphWidget({ title: 'Deliveries that were given up', left: [metric], width: 8, height: 6 }));
  }

  /** An alarm for a value that reaches `threshold`; silence is good news. */
  private alarm(id: string, description: string, props: { metric: cloudwatch.IMetric; threshold: number; evaluationPeriods?: number }) {
    const alarm = new cloudwatch.Alarm(this, id, {
      alarmDescription: description,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      evaluationPeriods: 1,
      ...props,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
  }

  private board({ settings, storage, api, consumers }: WatchProps): cloudwatch.Dashboard {
    const graph = (title: string, left: cloudwatch.IMetric[], right: cloudwatch.IMetric[] = []) =>
      new cloudwatch.GraphWidget({ title, left, right, width: 8, height: 6 });
    const everyApi = (metric: (typeof METRICS)[number], statistic: string) => APIS.map((name) => ofApi(settings, name, metric, statistic, name));
    const everyFunction = (metric: string, statistic: string, label: string) =>
      new cloudwatch.SearchExpression({
        expression: `SEARCH('{AWS/Lambda,FunctionName} FunctionName=${settings.name} MetricName="${metric}"', '${statistic}', 300)`,
        label,
        period: FIVE_MINUTES,
      });
    const { stage } = api;
    const dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { dashboardName: settings.name });
    dashboard.addWidgets(
      graph('Requests', [stage.metricCount({ statistic: 'Sum' })], [stage.metricClientError({ statistic: 'Sum' }), stage.metricServerError({ statistic: 'Sum' })]),
      graph('Calls of the API (ms)', ['p50', 'p90', 'p99'].map((statistic) => ofApi(settings, 'api', 'Latency', statistic, statistic))),
      graph('Faults of ours', everyApi('Faults', 'Sum')),
    );
    dashboard.addWidgets(
      graph('Answered by functions', everyApi('Requests', 'Sum')),
      graph('Requests of Git (ms)', ['p50', 'p90', 'p99'].map((statistic) => ofApi(settings, 'git', 'Latency', statistic, statistic))),
    );
    dashboard.addWidgets(
      graph('Functions: p99 duration (ms)', [everyFunction('Duration', 'p99', '')]),
      graph('Functions: errors', [everyFunction('Errors', 'Sum', '')]),
      graph('Functions at once, and refused', [lambdaMetric('ConcurrentExecutions', 'Maximum')], [lambdaMetric('Throttles', 'Sum')]),
    );
    dashboard.addWidgets(
      graph('Table: units', [tableMetric(storage, 'ConsumedReadCapacityUnits'), tableMetric(storage, 'ConsumedWriteCapacityUnits')]),
      graph('Table: refused', [tableMetric(storage, 'ReadThrottleEvents'), tableMetric(storage, 'WriteThrottleEvents')]),
      graph('Packs (bytes)', [
        new cloudwatch.Metric({
          namespace: 'AWS/S3',
          metricName: 'BucketSizeBytes',
          dimensionsMap: { BucketName: storage.bucket.bucketName, StorageType: 'StandardStorage' },
          statistic: 'Average',
          period: Duration.days(1),
        }),
      ]),
    );
    if (consumers.streams.length) {
      dashboard.addWidgets(
        graph('Stream: age of the oldest record (ms)', consumers.streams.map(({ name, handler }) => handler.metric('IteratorAge', { statistic: 'Maximum', label: name }))),
        graph('Stream: given up', consumers.streams.map(({ name, failed }) => failed.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', label: name }))),
      );
    }
    return dashboard;
  }
}

/** A metric that the functions of an API print. */
function ofApi({ name }: Settings, api: (typeof APIS)[number], metricName: (typeof METRICS)[number], statistic: string, label?: string): cloudwatch.Metric {
  return new cloudwatch.Metric({ namespace: NAMESPACE, metricName, dimensionsMap: { Stack: name, Api: api }, statistic, period: FIVE_MINUTES, ...(label && { label }) });
}

/** A metric of all functions of the account in the region together: concurrency is the account's. */
function lambdaMetric(metricName: string, statistic: string): cloudwatch.Metric {
  return new cloudwatch.Metric({ namespace: 'AWS/Lambda', metricName, statistic, period: FIVE_MINUTES });
}

function tableMetric(storage: Storage, metricName: string): cloudwatch.Metric {
  return storage.table.metric(metricName, { statistic: 'Sum', period: FIVE_MINUTES });
}
