// Writes the cost tables of infra/README.md anew from the template in cdk.out, and prints them.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { operationsTable, table } from './model.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const README = here('../README.md');
const [template = here('../cdk.out/coldforge.template.json')] = process.argv.slice(2);

const deployed = JSON.parse(readFileSync(template, 'utf8'));
const tables = { cost: table(deployed), operations: operationsTable(deployed) };
let readme = readFileSync(README, 'utf8');
for (const [name, text] of Object.entries(tables)) {
  readme = readme.replace(new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(\\n<!-- end of ${name} -->)`), (_, begin, end) => `${begin}${text}${end}`);
  console.log(`${text}\n`);
}
writeFileSync(README, readme);
