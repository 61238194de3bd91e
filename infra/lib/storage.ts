// Everything that is kept: one table, one bucket, and the key that both are encrypted under.

import { Aws, Duration, RemovalPolicy, Tags } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** The names by which `crates/aws` knows the attributes of a row. */
export const ROW = { partition: 'pk', sort: 'sk', expiry: 'expires_at' };

export class Storage extends Construct {
  readonly key: kms.Key;
  readonly table: dynamodb.ITable;
  readonly bucket: s3.Bucket;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const removalPolicy = settings.removalPolicy === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;

    this.key = new kms.Key(this, 'Key', {
      description: `Repositories and secrets of ${settings.name}`,
      alias: `alias/${settings.name}`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy,
    });
    // Logs are encrypted under the same key, each group in its own context.
    this.key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Logs',
        principals: [new iam.ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${settings.name}-*`,
          },
        },
      }),
    );
    this.key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Alarms',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );

    const { restoredTable } = settings;
    this.table = restoredTable
      ? dynamodb.Table.fromTableAttributes(this, 'RestoredTable', {
          tableName: restoredTable.name,
          tableStreamArn: restoredTable.streamArn,
          encryptionKey: this.key,
        })
      : this.ownTable(settings, removalPolicy);

    const versioned = settings.keepDeletedPacksDays > 0;
    this.bucket = new s3.Bucket(this, 'Bucket', {
      // A pack is never overwritten. Versions serve to bring deleted ones back, together with a restored table.
      versioned,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      lifecycleRules: [
        { id: 'UploadsLeftBehind', abortIncompleteMultipartUploadAfter: Duration.days(1) },
        { id: 'Scratch', prefix: 'scratch/', expiration: Duration.days(1) },
        {
          id: 'DeletedPacks',
          noncurrentVersionExpiration: Duration.days(versioned ? settings.keepDeletedPacksDays : 1),
          ...(versioned && { expiredObjectDeleteMarker: true }),
        },
      ],
      removalPolicy,
    });
    Tags.of(this.bucket).add('coldforge:holds', 'packs');
  }

  private ownTable(settings: Settings, removalPolicy: RemovalPolicy): dynamodb.Table {
    return new dynamodb.Table(this, 'Table', {
      partitionKey: { name: ROW.partition, type: dynamodb.AttributeType.STRING },
      sortKey: { name: ROW.sort, type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: ROW.expiry,
      stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: settings.removalPolicy === 'retain',
      removalPolicy,
    });
  }
}
