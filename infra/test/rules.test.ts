// cdk-nag finds nothing, whatever is switched on: `make synth` asks about the usual settings only.

import { test } from 'node:test';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { application, ONE_OF_EACH } from './deployment.ts';

const EVERYTHING = {
  tracing: true,
  firewall: true,
  domainName: 'git.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/1',
  hostedZone: { id: 'Z1', name: 'example.com' },
  topics: ['arn:aws:sns:*:111122223333:builds-*'],
  triggerFunctions: ['arn:aws:lambda:eu-central-1:111122223333:function:builds-*'],
  eventBus: 'default',
  console: 'https://forge.example.com',
  webhookAllow: ['10.1.0.0/16'],
  keepDeletedPacksDays: 35,
  alarmEmail: 'ops@example.com',
  adminPrincipalArn: 'arn:aws:iam::111122223333:role/Ops',
};

const SETTINGS: Record<string, Record<string, unknown>> = {
  'with a consumer of the stream': {},
  'with everything switched on': EVERYTHING,
  'for a trial on a restored table': { removalPolicy: 'destroy', restoredTable: { name: 'restored', streamArn: 'arn:aws:dynamodb:eu-central-1:111122223333:table/restored/stream/1' } },
};

for (const [name, given] of Object.entries(SETTINGS)) {
  test(`no rule is broken ${name}`, () => {
    const app = application(given, ONE_OF_EACH);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    // Throws when anything was found.
    app.synth();
  });
}
