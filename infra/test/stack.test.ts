// What the template says, where it matters.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { FOLLOWED } from '../lib/consumers.ts';
import { APIS, GIVEN_UP, METRICS, NAMESPACE } from '../lib/watch.ts';
import { FUNCTIONS, ONE_OF_EACH, template } from './deployment.ts';

const usual = template();
const few = template({}, ONE_OF_EACH);

type Resource = { Type: string; Properties: Record<string, any>; Metadata?: Record<string, unknown>; DeletionPolicy?: string };

function resources(of: Template, type: string): Resource[] {
  return Object.values(of.findResources(type)) as Resource[];
}

test('there is one function for each entry of the list, all from one asset', () => {
  const made = resources(usual, 'AWS::Lambda::Function');
  assert.deepEqual(made.map(({ Properties }) => Properties.Handler).sort(), FUNCTIONS.map(({ name }) => name).sort());
  assert.equal(new Set(made.map(({ Properties }) => JSON.stringify(Properties.Code))).size, 1);
  for (const { Properties, Metadata } of made) {
    const entry = FUNCTIONS.find(({ name }) => name === Properties.Handler);
    assert.ok(entry);
    assert.equal(Properties.FunctionName, `coldforge-${entry.name}`);
    assert.equal(Properties.Runtime, 'provided.al2023');
    assert.equal(Properties.Timeout, entry.timeoutSeconds);
    assert.equal(Properties.MemorySize, entry.memoryMb);
    assert.deepEqual(Properties.Architectures, ['x86_64']);
    assert.deepEqual(Object.keys(Properties.Environment.Variables).sort(), [
      'COLDFORGE_ACCOUNT_ID', 'COLDFORGE_BUCKET', 'COLDFORGE_ENDPOINT', 'COLDFORGE_HOSTS', 'COLDFORGE_KEY_ARN', 'COLDFORGE_LANE_WORKER', 'COLDFORGE_ORIGIN_SECRET', 'COLDFORGE_TABLE',
    ]);
    assert.deepEqual(
      [Metadata?.['coldforge:operation'], Metadata?.['coldforge:kind'], Metadata?.['coldforge:class'], Metadata?.['coldforge:streaming']],
      [entry.name, entry.kind, entry.class, entry.streaming],
    );
  }
});

test('the stack stays clear of what CloudFormation takes', () => {
  assert.ok(Object.keys(usual.toJSON().Resources).length < 450);
  assert.ok(JSON.stringify(usual.toJSON()).length < 900_000, 'a template has at most 1 MB');
});

test('the table keeps what the adapter writes, and can be brought back', () => {
  usual.hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'Retain',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      DeletionProtectionEnabled: true,
    },
  });
});

test('a restored table takes the place of the own one, which stays in the account', () => {
  const streamArn = 'arn:aws:dynamodb:eu-central-1:111122223333:table/restored/stream/2026-11-28T12:00:00.000';
  const restored = template({ restoredTable: { name: 'restored', streamArn } }, ONE_OF_EACH);
  restored.resourceCountIs('AWS::DynamoDB::Table', 0);
  restored.allResourcesProperties('AWS::Lambda::EventSourceMapping', { EventSourceArn: streamArn });
  for (const { Properties } of resources(restored, 'AWS::Lambda::Function')) assert.equal(Properties.Environment.Variables.COLDFORGE_TABLE, 'restored');
});

test('the bucket is closed to the public and to plain text, and forgets what failed', () => {
  usual.hasResource('AWS::S3::Bucket', {
    DeletionPolicy: 'Retain',
    Properties: {
      BucketEncryption: { ServerSideEncryptionConfiguration: [Match.objectLike({ BucketKeyEnabled: true, ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }) })] },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
      VersioningConfiguration: Match.absent(),
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }),
          Match.objectLike({ Prefix: 'scratch/', ExpirationInDays: 1 }),
          Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 1 } }),
        ],
      },
    },
  });
  usual.hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })]) },
  });
});

test('the key is turned every year', () => {
  usual.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true, PendingWindowInDays: 30 } });
});

test('a trial leaves nothing behind', () => {
  const trial = template({ removalPolicy: 'destroy' }, ONE_OF_EACH);
  trial.hasResource('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete', Properties: { DeletionProtectionEnabled: false } });
  trial.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
  trial.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Delete' });
  trial.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
});

test('deleted packs can be kept as versions', () => {
  template({ keepDeletedPacksDays: 35 }, ONE_OF_EACH).hasResourceProperties('AWS::S3::Bucket', {
    VersioningConfiguration: { Status: 'Enabled' },
    LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 35 }, ExpiredObjectDeleteMarker: true })]) },
  });
});

test('logs are encrypted and end', () => {
  usual.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90, KmsKeyId: Match.anyValue() });
});

test('the distribution caches nothing, tells the origin its secret and runs the function', () => {
  usual.hasResourceProperties('AWS::CloudFront::Distribution', {
    DistributionConfig: {
      DefaultCacheBehavior: {
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
        Compress: false,
        ViewerProtocolPolicy: 'https-only',
        FunctionAssociations: [Match.objectLike({ EventType: 'viewer-request' })],
      },
      Origins: [
        Match.objectLike({
          OriginPath: '/live',
          OriginCustomHeaders: [Match.objectLike({ HeaderName: 'x-cf-origin-secret' })],
          CustomOriginConfig: Match.objectLike({ OriginProtocolPolicy: 'https-only', OriginReadTimeout: 60 }),
        }),
      ],
    },
  });
  usual.hasResourceProperties('AWS::CloudFront::Function', { FunctionConfig: { Runtime: 'cloudfront-js-2.0' } });
});

test('distribution and functions know the same secret, which the template does not contain', () => {
  const [distribution] = resources(usual, 'AWS::CloudFront::Distribution');
  const told = distribution?.Properties.DistributionConfig.Origins[0].OriginCustomHeaders[0].HeaderValue;
  assert.match(JSON.stringify(told), /resolve:secretsmanager:/);
  for (const { Properties } of resources(usual, 'AWS::Lambda::Function')) {
    assert.deepEqual(Properties.Environment.Variables.COLDFORGE_ORIGIN_SECRET, told);
  }
  const next = template({ originSecretGeneration: 2 }, ONE_OF_EACH);
  assert.notDeepEqual(Object.keys(next.findResources('AWS::SecretsManager::Secret')), Object.keys(usual.findResources('AWS::SecretsManager::Secret')));
});

test('a domain name becomes the endpoint, the host of signatures and a name of the distribution', () => {
  const named = template({
    domainName: 'git.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/1',
    hostedZone: { id: 'Z1', name: 'example.com' },
    adminPrincipalArn: 'arn:aws:iam::111122223333:role/Ops',
    quotas: { MAX_REPOSITORIES: 5000 },
    eventBus: 'default',
    console: 'https://forge.example.com',
    webhookAllow: ['10.1.0.0/16', '10.2.0.0/16'],
  }, ONE_OF_EACH);
  named.hasResourceProperties('AWS::CloudFront::Distribution', {
    DistributionConfig: { Aliases: ['git.example.com'], ViewerCertificate: Match.objectLike({ MinimumProtocolVersion: 'TLSv1.2_2021' }) },
  });
  named.resourceCountIs('AWS::Route53::RecordSet', 2);
  for (const { Properties } of resources(named, 'AWS::Lambda::Function')) {
    const variables = Properties.Environment.Variables;
    assert.equal(variables.COLDFORGE_ENDPOINT, 'https://git.example.com');
    assert.equal(variables.COLDFORGE_ADMIN_ARN, 'arn:aws:iam::111122223333:role/Ops');
    assert.equal(variables.COLDFORGE_MAX_REPOSITORIES, '5000');
    assert.match(JSON.stringify(variables.COLDFORGE_EVENT_BUS), /:event-bus\/default"/);
    assert.equal(variables.COLDFORGE_CONSOLE, 'https://forge.example.com');
    assert.equal(variables.COLDFORGE_WEBHOOK_ALLOW, '10.1.0.0/16,10.2.0.0/16');
    assert.match(JSON.stringify(variables.COLDFORGE_HOSTS), /^\{"Fn::Join":\["",\["git\.example\.com,",.*execute-api/);
  }
  named.hasOutput('CloneUrl', { Value: 'https://git.example.com/v1/repos/REPOSITORY' });
});

test('a consumer follows events alone, in order, and lets go of what it cannot deal with', () => {
  const consumers = ONE_OF_EACH.filter(({ kind }) => kind === 'stream');
  few.resourceCountIs('AWS::Lambda::EventSourceMapping', consumers.length);
  few.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
    StartingPosition: 'TRIM_HORIZON',
    BatchSize: 100,
    BisectBatchOnFunctionError: true,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    MaximumRetryAttempts: 20,
    FilterCriteria: { Filters: FOLLOWED.map((records) => ({ Pattern: JSON.stringify(records) })) },
    DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
  });
  few.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 24 * 3600 });
  for (const { name } of consumers) {
    for (const alarm of [`${name}Behind`, `${name}GaveUp`]) {
      assert.ok(Object.keys(few.findResources('AWS::CloudWatch::Alarm')).some((id) => id.startsWith(`Watch${alarm}`)), alarm);
    }
  }
});

test('a delivery that is given up is counted by the line that tells of it, and sets off an alarm', () => {
  const source = readFileSync(fileURLToPath(new URL('../../crates/notify/src/deliver.rs', import.meta.url)), 'utf8');
  assert.ok(source.includes(`"${GIVEN_UP}"\n`), 'nobody logs this');
  few.hasResourceProperties('AWS::Logs::MetricFilter', { FilterPattern: `{ $.message = "${GIVEN_UP}" }`, MetricTransformations: [Match.objectLike({ MetricNamespace: NAMESPACE, MetricValue: '1' })] });
  assert.ok(Object.keys(few.findResources('AWS::CloudWatch::Alarm')).some((id) => id.startsWith('WatchDeliveriesGivenUp')));
});

test('a worker is not called again by Lambda, since the clock does', () => {
  const workers = FUNCTIONS.filter(({ kind }) => kind === 'worker');
  assert.deepEqual(workers.map(({ name }) => name), ['DeliverLane']);
  usual.resourceCountIs('AWS::Lambda::EventInvokeConfig', workers.length);
  usual.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
  for (const { Properties } of resources(usual, 'AWS::Lambda::Function')) {
    assert.match(JSON.stringify(Properties.Environment.Variables.COLDFORGE_LANE_WORKER), /:function:coldforge-DeliverLane"/);
  }
});

test('how many workers deliver at once is a setting', () => {
  usual.allResourcesProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: Match.absent() });
  const few = resources(template({ deliveriesAtOnce: '5' }, ONE_OF_EACH), 'AWS::Lambda::Function');
  const reserved = few.filter(({ Properties }) => Properties.ReservedConcurrentExecutions !== undefined);
  assert.deepEqual(reserved.map(({ Properties }) => [Properties.Handler, Properties.ReservedConcurrentExecutions]), [['DeliverLane', 5]]);
});

test('what runs by the clock is called by the clock', () => {
  const clocked = FUNCTIONS.filter(({ kind }) => kind === 'schedule');
  usual.resourceCountIs('AWS::Events::Rule', clocked.length);
  usual.allResourcesProperties('AWS::Events::Rule', { State: 'ENABLED', ScheduleExpression: Match.stringLikeRegexp('^(rate|cron)\\(') });
});

test('every alarm tells the topic and takes silence for good news', () => {
  few.allResourcesProperties('AWS::CloudWatch::Alarm', { TreatMissingData: 'notBreaching', AlarmActions: [Match.anyValue()], AlarmDescription: Match.anyValue() });
  few.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Effect: 'Allow', Action: 'sns:Publish', Principal: { Service: 'cloudwatch.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } }),
      ]),
    },
  });
  template({ alarmEmail: 'ops@example.com' }, ONE_OF_EACH).hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.com' });
});

test('the dashboard shows the metrics that functions print, and one of them has an alarm', () => {
  const printed = (file: string) => readFileSync(new URL(`../../crates/bootstrap/src/${file}.rs`, import.meta.url), 'utf8');
  const names = [...printed('metrics').matchAll(/"Name": "(\w+)"/g)].map(([, name]) => name);
  assert.deepEqual(names, METRICS);
  const [board] = resources(few, 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(board?.Properties.DashboardBody).replaceAll('\\', '');
  for (const api of APIS) {
    assert.match(printed('function'), new RegExp(`Some\\("${api}"\\)`));
    for (const name of METRICS.filter((name) => name !== 'Latency')) assert.ok(body.includes(`"Coldforge","${name}","Api","${api}","Stack","coldforge"`), `${name} of ${api}`);
  }
  for (const api of ['api', 'git']) assert.ok(body.includes(`"Coldforge","Latency","Api","${api}","Stack","coldforge"`), api);
  few.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'Coldforge',
    MetricName: 'Latency',
    Dimensions: [{ Name: 'Api', Value: 'api' }, { Name: 'Stack', Value: 'coldforge' }],
    ExtendedStatistic: 'p99',
  });
});

test('tracing and the firewall are switches, and off', () => {
  usual.resourceCountIs('AWS::WAFv2::WebACL', 0);
  usual.allResourcesProperties('AWS::Lambda::Function', { TracingConfig: Match.absent() });
  const both = template({ tracing: 'true', firewall: 'true', architecture: 'arm64' }, ONE_OF_EACH);
  both.resourceCountIs('AWS::WAFv2::WebACL', 1);
  both.resourceCountIs('AWS::WAFv2::WebACLAssociation', 1);
  both.allResourcesProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'Active' }, Architectures: ['arm64'] });
  both.hasResourceProperties('AWS::ApiGateway::Stage', { TracingEnabled: true });
});
