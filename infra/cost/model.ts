// What a deployment costs in a month: the template says what there is, `usage.ts` what is done with it, `prices.json` what that
// costs.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { APIS, METRICS } from '../lib/watch.ts';
import * as usage from './usage.ts';

const prices = JSON.parse(readFileSync(fileURLToPath(new URL('prices.json', import.meta.url)), 'utf8'));

/** Functions that answer Git, by what they are asked; everything else is an operation of the same name. */
const GIT_FUNCTIONS = { read: ['InfoRefs', 'UploadPack'], push: ['InfoRefs', 'ReceivePack'] };

export interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: Record<string, any> }>;
}

/** What one month amounts to, in dollars, by service. */
export type Bill = Record<string, number>;

/** Amounts that are billed, by service and kind. */
interface Amounts {
  requests: number;
  lambdaCalls: number;
  gbSeconds: number;
  streamedGb: number;
  gatewayRequests: number;
  gbOut: number;
  gbIn: number;
  readUnits: number;
  writeUnits: number;
  gets: number;
  puts: number;
  kmsRequests: number;
  logGb: number;
}

/** The bill of a month with so many users: at list prices, or less what AWS always gives for free. */
export function bill(template: Template, users: number, free: boolean): Bill {
  return priced(template, amountsOf(template, users), users, free);
}

/** What an operation costs that is done so often, beside what there is to pay anyway. */
function costOf(template: Template, operation: string, measured: usage.Measured, times: number): number {
  const amounts = nothing();
  add(amounts, template, operation, measured, times, 0, 0);
  return total(priced(template, amounts, 0, false)) - total(priced(template, nothing(), 0, false));
}

function priced(template: Template, amounts: Amounts, users: number, free: boolean): Bill {
  const count = (type: string) => Object.values(template.Resources).filter(({ Type }) => Type === type).length;
  const beyond = (amount: number, allowance: keyof typeof prices.alwaysFree) => Math.max(0, amount - (free ? prices.alwaysFree[allowance] : 0));
  const arm = Object.values(template.Resources).some(({ Properties }) => Properties?.Architectures?.includes('arm64'));
  const rowsGb = users * usage.ROWS_GB_PER_USER;
  const { lambda, apiGateway, cloudFront, dynamoDb, s3, kms, secretsManager, cloudWatch } = prices;
  return {
    CloudFront:
      beyond(amounts.requests, 'cloudFrontRequests') * cloudFront.request +
      beyond(amounts.requests, 'cloudFrontFunctionCalls') * cloudFront.functionCall +
      beyond(amounts.gbOut, 'cloudFrontGbOut') * cloudFront.gbOut +
      amounts.gbIn * cloudFront.gbToOrigin,
    'API Gateway': amounts.gatewayRequests * apiGateway.request,
    Lambda:
      beyond(amounts.lambdaCalls, 'lambdaRequests') * lambda.request +
      beyond(amounts.gbSeconds, 'lambdaGbSeconds') * (arm ? lambda.gbSecondArm : lambda.gbSecondX86) +
      amounts.streamedGb * lambda.streamedGbBeyond6Mb,
    DynamoDB:
      amounts.readUnits * dynamoDb.readUnit +
      amounts.writeUnits * dynamoDb.writeUnit +
      beyond(rowsGb, 'dynamoDbGb') * dynamoDb.gbMonth +
      rowsGb * dynamoDb.pitrGbMonth,
    S3: amounts.gets * s3.get + amounts.puts * s3.put + users * usage.PACKS_GB_PER_USER * s3.gbMonth,
    KMS: count('AWS::KMS::Key') * kms.keyMonth + beyond(amounts.kmsRequests, 'kmsRequests') * kms.request,
    'Secrets Manager': count('AWS::SecretsManager::Secret') * secretsManager.secretMonth,
    CloudWatch:
      beyond(count('AWS::CloudWatch::Alarm'), 'alarms') * cloudWatch.alarmMonth +
      beyond(count('AWS::CloudWatch::Dashboard'), 'dashboards') * cloudWatch.dashboardMonth +
      beyond(users ? METRICS.length * APIS.length : 0, 'metrics') * cloudWatch.metricMonth +
      beyond(amounts.logGb, 'logGb') * cloudWatch.logGb +
      amounts.logGb * cloudWatch.logGbMonth,
  };
}

function nothing(): Amounts {
  return {
    requests: 0, lambdaCalls: 0, gbSeconds: 0, streamedGb: 0, gatewayRequests: 0, gbOut: 0, gbIn: 0,
    readUnits: 0, writeUnits: 0, gets: 0, puts: 0, kmsRequests: 0, logGb: 0,
  };
}

function amountsOf(template: Template, users: number): Amounts {
  const amounts = nothing();
  for (const { operation, times, megabytesOut, megabytesIn } of usage.DAY) {
    const measured = usage.MEASURED[operation];
    if (!measured) throw new Error(`nobody measured '${operation}'; see infra/cost/measure.py`);
    add(amounts, template, operation, measured, users * usage.WORKING_DAYS * times, megabytesOut, megabytesIn);
  }
  addClocks(amounts, template);
  return amounts;
}

/** Adds what runs by the clock, whoever uses the deployment: a look at the table, which mostly has nothing to do. */
function addClocks(amounts: Amounts, template: Template): void {
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::Events::Rule') continue;
    const [, every, unit] = /^rate\((\d+) (minute|hour)s?\)$/.exec(Properties.ScheduleExpression) ?? [];
    if (!every) throw new Error(`nobody reckoned with the schedule '${Properties.ScheduleExpression}'`);
    const times = usage.MINUTES / (Number(every) * (unit === 'hour' ? 60 : 1));
    const { Handler } = template.Resources[Properties.Targets[0].Arn['Fn::GetAtt'][0]]?.Properties ?? {};
    addCall(amounts, template, Handler, times, 1);
  }
}

/** Adds calls of a function that nobody waits for, with so many reads of the table. */
function addCall(amounts: Amounts, template: Template, handler: string, times: number, reads: number): void {
  const seconds = (usage.OWN_MS + usage.TABLE_MS * reads) / 1000;
  amounts.lambdaCalls += times;
  amounts.gbSeconds += (times * seconds * memoryOf(template, handler)) / 1024;
  amounts.readUnits += times * reads;
  amounts.logGb += (times * usage.LOG_BYTES_PER_CALL) / 1e9;
}

/** Adds an operation that is done `times` times. */
function add(amounts: Amounts, template: Template, operation: string, measured: usage.Measured, times: number, megabytesOut?: number, megabytesIn?: number): void {
  const out = megabytesOut ?? measured.bytesOut / 1e6;
  const into = megabytesIn ?? measured.bytesIn / 1e6;
  const { names, authorizer } = functionsOf(operation);
  const { requests } = measured;
  // Every request of Git is shown to the authorizer first, which finds out who is calling as the function does after it.
  const checks = authorizer ? requests : 0;
  const calls = requests + checks;
  const blobs = measured.blobReads + measured.blobWrites;
  const seconds = (usage.OWN_MS * requests + usage.TABLE_MS * (measured.depth + requests) + (usage.BLOB_MS - usage.TABLE_MS) * Math.min(blobs, measured.depth)) / 1000 + sending(out);
  const memoryGb = Math.max(...names.map((name) => memoryOf(template, name))) / 1024;

  amounts.requests += times * requests;
  amounts.gatewayRequests += times * (requests - 1 + Math.max(1, Math.ceil(out / prices.apiGateway.megabytesPerRequest)));
  amounts.lambdaCalls += times * calls;
  amounts.gbSeconds += times * (seconds * memoryGb + (checks * 4 * usage.TABLE_MS * memoryOf(template, 'GitAuthorizer')) / 1024 / 1000);
  amounts.streamedGb += (times * Math.max(0, out - usage.UNCAPPED_MB)) / 1000;
  amounts.gbOut += (times * out) / 1000;
  amounts.gbIn += (times * into) / 1000;
  amounts.readUnits += times * (measured.tableReads + checks * 3) * usage.READ_UNITS_PER_READ;
  amounts.writeUnits += times * measured.tableCommits * usage.ROWS_PER_COMMIT * 2;
  amounts.gets += times * measured.blobReads;
  amounts.puts += times * measured.blobWrites;
  // The bucket has a key of its own and asks seldom.
  amounts.kmsRequests += times * calls * usage.KMS_REQUESTS_PER_CALL;
  // The stream tells of each commit; reading it costs nothing when Lambda does.
  addCall(amounts, template, 'ConsumeChanges', times * measured.tableCommits, usage.READS_PER_EVENT);
  amounts.logGb += (times * (calls * usage.LOG_BYTES_PER_CALL + requests * usage.LOG_BYTES_PER_REQUEST)) / 1e9;
}

function functionsOf(operation: string): { names: string[]; authorizer: boolean } {
  if (operation.startsWith('push')) return { names: GIT_FUNCTIONS.push, authorizer: true };
  if (/^(clone|fetch|ls-remote)/.test(operation)) return { names: GIT_FUNCTIONS.read, authorizer: true };
  return { names: [operation], authorizer: false };
}

function memoryOf(template: Template, handler: string): number {
  const found = Object.values(template.Resources).find(({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties.Handler === handler);
  if (!found) throw new Error(`the template has no function '${handler}'`);
  return found.Properties.MemorySize;
}

/** The seconds that it takes to stream so many megabytes. */
function sending(megabytes: number): number {
  const uncapped = Math.min(megabytes, usage.UNCAPPED_MB) / usage.UNCAPPED_MB_PER_SECOND;
  return uncapped + Math.max(0, megabytes - usage.UNCAPPED_MB) / usage.CAPPED_MB_PER_SECOND;
}

export const SCENARIOS = { idle: 0, '10 users': 10, '1,000 users': 1000 };

/** The bills of all scenarios as a Markdown table. */
export function table(template: Template): string {
  const columns = Object.entries(SCENARIOS).flatMap(([name, users]) => [
    { name: `${name}`, bill: bill(template, users, false) },
    { name: `${name}, free tier`, bill: bill(template, users, true) },
  ]);
  const services = Object.keys(columns[0]?.bill ?? {});
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const dollars = (amount: number) => amount.toFixed(2);
  return [
    row(['dollars a month', ...columns.map(({ name }) => name)]),
    row(['---', ...columns.map(() => '---:')]),
    ...services.map((service) => row([service, ...columns.map((column) => dollars(column.bill[service] ?? 0))])),
    row(['**together**', ...columns.map((column) => `**${dollars(total(column.bill))}**`)]),
  ].join('\n');
}

/** What a thousand of each measured operation cost, as a Markdown table. */
export function operationsTable(template: Template, all: Record<string, usage.Measured> = usage.MEASURED): string {
  const head = ['operation', 'reads of the table', 'commits', 'reads of packs', 'files stored', 'in sequence', 'bytes in', 'bytes out', 'dollars'];
  const rows = Object.entries(all).map(([operation, measured]) => {
    const { tableReads, tableCommits, blobReads, blobWrites, depth, bytesIn, bytesOut } = measured;
    return [operation, tableReads, tableCommits, blobReads, blobWrites, depth, bytesIn, bytesOut, costOf(template, operation, measured, 1000).toFixed(3)];
  });
  const row = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map((_, at) => (at ? '---:' : '---'))), ...rows.map(row)].join('\n');
}

export function total(bill: Bill): number {
  return Object.values(bill).reduce((sum, amount) => sum + amount, 0);
}
