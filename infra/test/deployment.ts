// Stacks for the tests.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { PLACEHOLDER } from '../lib/bootstrap.ts';
import { type FunctionEntry, readFunctionList } from '../lib/function-list.ts';
import { settings } from '../lib/settings.ts';
import { ColdforgeStack } from '../lib/stack.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const STACK = 'coldforge';
const { context } = JSON.parse(readFileSync(here('../cdk.json'), 'utf8'));

export const FUNCTIONS: readonly FunctionEntry[] = readFunctionList(here('../functions.json'));

/** One function of each kind, whatever the list has; between them, of each class. */
export const ONE_OF_EACH: readonly FunctionEntry[] = (
  [
    ['GetBranch', 'api', 'refs'],
    ['GetFile', 'api', 'read'],
    ['PutFile', 'api', 'write'],
    ['CreateToken', 'own', 'identity'],
    ['CreateIamSession', 'iam', 'identity'],
    ['Query', 'query', 'identity'],
    ['InfoRefs', 'git', 'refs'],
    ['UploadPack', 'git', 'read'],
    ['ReceivePack', 'git', 'push'],
    ['GitAuthorizer', 'authorizer', 'authorize'],
    ['ConsumeChanges', 'stream', 'deliver'],
    ['Sweep', 'schedule', 'delete'],
    ['DeliverLane', 'worker', 'deliver'],
  ] as const
).map(([name, kind, permissions]) => ({ name, kind, class: permissions, timeoutSeconds: 29, memoryMb: 512, streaming: ['api', 'own', 'query', 'git', 'iam'].includes(kind), ...(kind === 'schedule' && { schedule: 'rate(1 hour)' }) }));

/** A deployment with these settings. CDK's own checks of templates are left to `make synth`, which takes its time for them. */
export function application(given: Record<string, unknown>, entries: readonly FunctionEntry[]): App {
  const app = new App({ context, analyticsReporting: false, builtinCloudFormationValidation: false });
  new ColdforgeStack(app, STACK, { settings: settings(given), entries, code: Code.fromAsset(PLACEHOLDER) });
  return app;
}

/** Its template. */
export function template(given: Record<string, unknown> = {}, entries = FUNCTIONS): Template {
  return Template.fromStack(application(given, entries).node.findChild(STACK) as ColdforgeStack);
}
