// Where the functions' binary is.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where `make lambda` puts it. */
const BUILT = here('../../target/lambda/bootstrap');

/** What stands in its place as long as it is not built. The template says what it would otherwise; nothing can be deployed with it. */
export const PLACEHOLDER = here('../placeholder');

/**
 * The folder (with a file `bootstrap`) or zip that becomes the code of all functions: `given`, or what was built. The placeholder
 * will do unless it is to be deployed.
 */
export function bootstrapCode(given: string | undefined, deploying: boolean): string {
  const path = given ?? BUILT;
  if (path.endsWith('.zip') ? existsSync(path) : existsSync(`${path}/bootstrap`)) return path;
  if (given || deploying) throw new Error(`there is no binary at ${path}; 'make lambda' builds it, and -c bootstrap=PATH names another place`);
  return PLACEHOLDER;
}
