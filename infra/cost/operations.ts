// Prints what operations take and cost that `measure.py` has just measured, whose output is the first argument.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { operationsTable } from './model.ts';

const TEMPLATE = fileURLToPath(new URL('../cdk.out/coldforge.template.json', import.meta.url));

const [calls] = process.argv.slice(2);
if (!calls) throw new Error('tell the file with the output of measure.py');
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
console.log(operationsTable(read(TEMPLATE), read(calls)));
