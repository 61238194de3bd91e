// Writes the cost table of infra/README.md anew from the template in cdk.out, and prints it.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { table } from './model.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const README = here('../README.md');
const [template = here('../cdk.out/coldforge.template.json')] = process.argv.slice(2);

const text = table(JSON.parse(readFileSync(template, 'utf8')));
const readme = readFileSync(README, 'utf8');
writeFileSync(README, readme.replace(/(<!-- cost -->\n)[\s\S]*?(\n<!-- end of cost -->)/, `$1${text}$2`));
console.log(text);
