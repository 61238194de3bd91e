// The CDK app. `make synth` and `make deploy` run it.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App, Validations } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import { bootstrapCode } from '../lib/bootstrap.ts';
import { readFunctionList } from '../lib/function-list.ts';
import { readSettings, refuseUnknown } from '../lib/settings.ts';
import { ColdforgeStack } from '../lib/stack.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const deployment = here('../deployment.json');
const decided = existsSync(deployment) ? JSON.parse(readFileSync(deployment, 'utf8')) : {};
refuseUnknown(decided);

const app = new App({ context: decided });
const settings = readSettings(app.node);
const path = bootstrapCode(settings.bootstrap, app.node.tryGetContext('deploying') !== undefined);
new ColdforgeStack(app, settings.name, {
  settings,
  entries: readFunctionList(here('../functions.json')),
  // Beside the binary, builds leave the zip that it is also packed into.
  code: Code.fromAsset(path, { exclude: ['*.zip'] }),
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
