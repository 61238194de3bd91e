// The cost table of the README is what the template, the assumptions and the prices come to.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { bill, SCENARIOS, table, type Template, total } from '../cost/model.ts';
import { DAY, MEASURED } from '../cost/usage.ts';
import { template } from './deployment.ts';

const deployed = template().toJSON() as Template;
const readme = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');

/** The totals in a table, in order. */
function totals(text: string): number[] {
  const line = text.split('\n').find((each) => each.startsWith('| **together**')) ?? '';
  return [...line.matchAll(/\*\*([\d.]+)\*\*/g)].map(([, amount]) => Number(amount));
}

test('the README tells what it costs, to within a tenth', () => {
  const [told, now] = [totals(readme), totals(table(deployed))];
  assert.equal(told.length, now.length);
  now.forEach((amount, at) => assert.ok(Math.abs(amount - (told[at] ?? 0)) <= Math.max(0.5, amount / 10), `README: ${told[at]}, now: ${amount}; 'make cost' writes the table anew`));
});

test('who does not use it pays for a key, a secret and what watches', () => {
  const idle = bill(deployed, SCENARIOS.idle, true);
  const paid = Object.entries(idle).filter(([, amount]) => amount > 0.01).map(([service]) => service);
  assert.deepEqual(paid.filter((service) => service !== 'CloudWatch'), ['KMS', 'Secrets Manager']);
  assert.ok(total(idle) < 3, JSON.stringify(idle));
});

test('costs grow with use and never by more than in proportion', () => {
  const [ten, thousand] = [bill(deployed, 10, false), bill(deployed, 1000, false)];
  assert.ok(total(thousand) > total(ten));
  assert.ok(total(thousand) < 100 * total(ten));
});

test('everything that is assumed to be done was measured', () => {
  for (const { operation } of DAY) assert.ok(MEASURED[operation], operation);
});
