// What each class of functions may do: the policies of the template, asked like IAM would be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLASSES, type PermissionClass } from '../lib/function-list.ts';
import { FUNCTIONS, template } from './deployment.ts';

type Statement = { Sid: string; Effect: 'Allow' | 'Deny'; Action: string | string[]; Resource: unknown; Condition?: Record<string, Record<string, unknown>> };

const stack = template({ eventBus: 'default' });
const resources = stack.toJSON().Resources as Record<string, any>;

const roleIds = Object.fromEntries(
  CLASSES.map((name) => [name, Object.keys(resources).find((id) => id.startsWith(`Permissions${name}`) && resources[id].Type === 'AWS::IAM::Role')]),
) as Record<PermissionClass, string>;

function statements(name: PermissionClass): Statement[] {
  const id = roleIds[name];
  const inline = resources[id].Properties.Policies.flatMap((policy: any) => policy.PolicyDocument.Statement);
  const attached = Object.values(resources)
    .filter((resource: any) => resource.Type === 'AWS::IAM::Policy' && resource.Properties.Roles.some((role: any) => role.Ref === id))
    .flatMap((policy: any) => policy.Properties.PolicyDocument.Statement);
  return [...inline, ...attached];
}

function allowed(name: PermissionClass): Set<string> {
  return new Set(statements(name).filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action));
}

function deniedWrites(name: PermissionClass): string[] {
  return statements(name)
    .filter(({ Effect, Action }) => Effect === 'Deny' && [Action].flat().includes('dynamodb:PutItem'))
    .flatMap(({ Condition }) => Condition?.['ForAnyValue:StringLike']?.['dynamodb:LeadingKeys'] as string[]);
}

const ROW_WRITES = ['dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'];

test('each function has the role of its class', () => {
  for (const { Properties } of Object.values(stack.findResources('AWS::Lambda::Function'))) {
    const entry = FUNCTIONS.find(({ name }) => name === Properties.Handler);
    assert.ok(entry);
    assert.equal(Properties.Role['Fn::GetAtt'][0], roleIds[entry.class], entry.name);
  }
});

test('who reads cannot write', () => {
  for (const name of ['refs', 'read'] as const) {
    const may = allowed(name);
    for (const action of [...ROW_WRITES, 's3:PutObject', 's3:DeleteObject', 'kms:Encrypt', 'kms:GenerateDataKey', 'sns:Publish']) {
      assert.ok(!may.has(action), `${name} may ${action}`);
    }
  }
  assert.ok(![...allowed('refs')].some((action) => action.startsWith('s3:')), 'who reads refs has no business with packs');
});

test('nobody but the deleter may delete packs, and only packs', () => {
  for (const name of CLASSES) {
    assert.equal(allowed(name).has('s3:DeleteObject'), name === 'delete', name);
    assert.ok(!allowed(name).has('s3:DeleteObjectVersion'), name);
  }
  const [deletion] = statements('delete').filter(({ Action }) => [Action].flat().includes('s3:DeleteObject'));
  assert.match(JSON.stringify(deletion?.Resource), /\/packs\/\*/);
});

test('only identity functions change users and credentials, and they change nothing else', () => {
  for (const name of ['write', 'delete', 'deliver'] as const) {
    assert.deepEqual(deniedWrites(name), ['USER#*', 'GROUP#*', 'CREDENTIAL#*', 'POLICY#*', 'SYSTEM'], name);
  }
  assert.deepEqual(deniedWrites('identity'), ['REPO#*', 'PR#*', 'COMMENT#*', 'TEMPLATE*', 'WEBHOOK#*']);
  const [push] = statements('push').filter(({ Sid }) => Sid === 'ChangeRows');
  assert.deepEqual(push?.Condition, { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['REPO#*', 'PR#*', 'EVENT#*'] } });
  assert.ok(![...allowed('identity')].some((action) => action.startsWith('s3:')));
});

test('what lets Git in keeps credentials up to date, and can make or remove none of their users', () => {
  const writes = statements('authorize').filter(({ Action }) => [Action].flat().some((action) => ROW_WRITES.includes(action)));
  assert.deepEqual(writes.map(({ Action }) => Action), ['dynamodb:PutItem']);
  assert.deepEqual(writes[0]?.Condition, { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CREDENTIAL#*'] } });
  assert.deepEqual(FUNCTIONS.filter((entry) => entry.class === 'authorize').map(({ name }) => name), ['GitAuthorizer']);
});

test('nobody deletes an event, scans the table or changes the table itself', () => {
  for (const name of CLASSES) {
    const may = allowed(name);
    for (const action of may) assert.ok(!/\*/.test(action), `${name} may ${action}`);
    for (const action of ['dynamodb:Scan', 'dynamodb:UpdateTable', 'dynamodb:DeleteTable', 'dynamodb:UpdateItem', 'dynamodb:BatchWriteItem']) assert.ok(!may.has(action), `${name} may ${action}`);
    if (!may.has('dynamodb:DeleteItem')) continue;
    assert.ok(statements(name).some(({ Sid, Effect }) => Sid === 'KeepEvents' && Effect === 'Deny'), name);
  }
});

test('every use of a key is bound to what it is for', () => {
  for (const name of CLASSES) {
    for (const { Sid, Action, Condition, Effect } of statements(name)) {
      const uses = [Action].flat().filter((action) => action.startsWith('kms:') && action !== 'kms:DescribeKey');
      if (Effect === 'Deny' || !uses.length) continue;
      const conditions = JSON.stringify(Condition ?? {});
      assert.match(conditions, /kms:EncryptionContext/, `${name}: ${Sid} is bound to no encryption context`);
      if (/OfRepositories$/.test(Sid)) assert.match(conditions, /aws:ResourceTag\/coldforge:repository-key/, `${name}: ${Sid}`);
    }
  }
});

test('secrets are sealed only by those that make them, and opened by all that check who calls', () => {
  for (const name of CLASSES) {
    const seals = statements(name).find(({ Sid }) => Sid === 'SealSecrets');
    assert.equal(!!seals, name === 'identity' || name === 'write', name);
    if (name === 'write') assert.equal(seals?.Condition?.Null?.['kms:EncryptionContext:coldforge:webhook'], 'false', 'and no credentials');
    assert.ok(statements(name).some(({ Sid }) => Sid === 'OpenSecrets'), name);
  }
});

test('functions of class identity are about users, their tokens, IAM principals and sessions, and how secrets are sealed', () => {
  for (const { name } of FUNCTIONS.filter((entry) => entry.class === 'identity')) {
    assert.match(name, /^Query$|Tokens?$|IamPrincipals?$|Sessions?$|SealingKey$/, `${name} could write no repository; functions of class write may seal what webhooks are signed with`);
  }
});

test('only functions that deliver tell others', () => {
  for (const name of CLASSES) {
    for (const action of ['sns:Publish', 'lambda:InvokeFunction', 'events:PutEvents', 'dynamodb:GetRecords', 'sqs:SendMessage']) {
      assert.equal(allowed(name).has(action), name === 'deliver', `${name}: ${action}`);
    }
  }
});

test('those that deliver call triggers by the names of triggers, and of the own functions the worker alone', () => {
  const calls = statements('deliver').filter(({ Action }) => [Action].flat().includes('lambda:InvokeFunction'));
  const called = calls.flatMap(({ Resource }) => [Resource].flat()).map((arn) => JSON.stringify(arn).replace(/^.*:function:|".*$/g, ''));
  assert.deepEqual(called.sort(), ['coldforge-DeliverLane', 'coldforge-trigger-*']);
});

test('each class writes to its own log alone', () => {
  const groups = CLASSES.map((name) => JSON.stringify(statements(name).find(({ Sid }) => Sid === 'Log')?.Resource));
  assert.equal(new Set(groups).size, CLASSES.length);
});
