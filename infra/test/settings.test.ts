// What a deployment may say, and what it is told when it says something else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootstrapCode, PLACEHOLDER } from '../lib/bootstrap.ts';
import { checkFunctionList, readFunctionList } from '../lib/function-list.ts';
import { settings } from '../lib/settings.ts';

test('texts of the command line become what they say', () => {
  const given = settings({ logRetentionDays: '30', tracing: 'true', topics: '["arn:aws:sns:*:111122223333:builds"]' });
  assert.equal(given.logRetentionDays, 30);
  assert.equal(given.tracing, true);
  assert.deepEqual(given.topics, ['arn:aws:sns:*:111122223333:builds']);
});

test('a setting that cannot be is named', () => {
  for (const [given, told] of [
    [{ colour: 'red' }, /no setting 'colour'/],
    [{ name: 'much-too-long' }, /'name'/],
    [{ domainName: 'git.example.com' }, /belong together/],
    [{ domainName: 'git.example.com', certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/1' }, /us-east-1/],
    [{ hostedZone: { id: 'Z1', name: 'example.com' } }, /'hostedZone'/],
    [{ architecture: 'riscv' }, /'architecture'/],
    [{ removalPolicy: 'snapshot' }, /'removalPolicy'/],
    [{ logRetentionDays: 31 }, /'logRetentionDays'/],
    [{ keepDeletedPacksDays: 36 }, /'keepDeletedPacksDays'/],
    [{ restoredTable: { name: 'restored', streamArn: 'arn:aws:dynamodb:eu-central-1:111122223333:table/restored' } }, /'restoredTable'/],
    [{ deliveriesAtOnce: '0' }, /'deliveriesAtOnce'/],
    [{ adminPrincipalArn: 'arn:aws:iam::111122223333:root' }, /'adminPrincipalArn'/],
    [{ requestRate: 0 }, /'requestRate'/],
    [{ quotas: { 'max repositories': 5 } }, /'quotas'/],
  ] as const) {
    assert.throws(() => settings(given), told, JSON.stringify(given));
  }
});

test('a list of functions that would be misunderstood is refused', () => {
  const good = { name: 'GetBranch', kind: 'api', class: 'refs', timeoutSeconds: 29, memoryMb: 512, streaming: true } as const;
  checkFunctionList([good]);
  assert.throws(() => checkFunctionList([good, { ...good, name: 'Getbranch' }]), /twice/);
  assert.throws(() => checkFunctionList([{ ...good, name: 'Get-Branch' }]), /letters and digits/);
  assert.throws(() => checkFunctionList([{ ...good, kind: 'queue' as 'api' }]), /no kind/);
  assert.throws(() => checkFunctionList([{ ...good, class: 'all' as 'read' }]), /no permission class/);
  assert.throws(() => checkFunctionList([{ ...good, timeoutSeconds: 901 }]), /timeout/);
  assert.throws(() => checkFunctionList([{ ...good, memoryMb: 64 }]), /memory/);
  assert.throws(() => checkFunctionList([{ ...good, kind: 'schedule' }]), /'schedule'/);
  assert.throws(() => checkFunctionList([{ ...good, schedule: 'rate(1 hour)' }]), /'schedule'/);
  assert.throws(() => readFunctionList('/nowhere/functions.json'), /make codegen/);
});

test('the template is made without the binary, but not deployed', () => {
  assert.throws(() => bootstrapCode('/nowhere', false), /no binary at \/nowhere/);
  assert.throws(() => bootstrapCode('/nowhere.zip', true), /make lambda/);
  assert.ok([PLACEHOLDER].concat(bootstrapCode(undefined, false)).length);
});
