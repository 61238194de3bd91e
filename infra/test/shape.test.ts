// The shape of the template with one function of each kind, compared with the one that was looked at last. A resource that appears, disappears or is replaced
// because its logical id changed shows here before it shows in an account, and so does every change of what somebody may do.
// `UPDATE=1 npm test` takes the template as it is now.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { ONE_OF_EACH, template } from './deployment.ts';

const FILE = fileURLToPath(new URL('template.shape.json', import.meta.url));

/** What has another logical id whenever the API changes. */
const LEFT_OUT = new Set(['AWS::ApiGateway::Deployment']);

function shape() {
  const { Resources, Outputs } = template({}, ONE_OF_EACH).toJSON() as { Resources: Record<string, any>; Outputs: Record<string, unknown> };
  const shown = Object.entries(Resources).filter(([, { Type }]) => !LEFT_OUT.has(Type));
  const policies = Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
    const documents = Type === 'AWS::IAM::Role' ? Properties.Policies : Type === 'AWS::IAM::Policy' ? [Properties] : [];
    return (documents ?? []).map(({ PolicyDocument }: any) => [id, PolicyDocument.Statement.map(summary)]);
  });
  return {
    resources: Object.fromEntries(shown.map(([id, { Type, DeletionPolicy }]) => [id, DeletionPolicy ? `${Type} (${DeletionPolicy})` : Type])),
    policies: Object.fromEntries(policies),
    outputs: Object.keys(Outputs),
  };
}

function summary({ Sid, Effect, Action, Condition }: any): string {
  const conditions = Object.entries(Condition ?? {}).flatMap(([operator, keys]) => Object.keys(keys as object).map((key) => `${operator} ${key}`));
  return `${Effect} ${Sid}: ${[Action].flat().join(' ')}${conditions.length ? ` if ${conditions.join(' and ')}` : ''}`;
}

test('the template has the shape that was looked at', () => {
  const now = `${JSON.stringify(shape(), null, 2)}\n`;
  if (process.env.UPDATE) writeFileSync(FILE, now);
  assert.deepEqual(JSON.parse(now), JSON.parse(readFileSync(FILE, 'utf8')));
});
