// The list of functions that `make codegen` writes from the operation registry.

import { readFileSync } from 'node:fs';

/** What calls a function: an API operation, an operation of our own, the Query protocol, Git, an IAM principal that signs in, API Gateway, the table's stream, a clock, other functions. */
export const KINDS = ['api', 'own', 'query', 'git', 'iam', 'authorizer', 'stream', 'schedule', 'worker'] as const;

/** What a function may touch; see `permissions.ts`. */
export const CLASSES = ['read', 'write', 'refs', 'push', 'delete', 'identity', 'deliver', 'authorize'] as const;

export type Kind = (typeof KINDS)[number];
export type PermissionClass = (typeof CLASSES)[number];

/** One Lambda function. Its name is its handler. */
export interface FunctionEntry {
  readonly name: string;
  readonly kind: Kind;
  readonly class: PermissionClass;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** Whether its answer is streamed; otherwise Lambda takes at most 6 MB and API Gateway waits at most 29 seconds. */
  readonly streaming: boolean;
  /** When a function runs that a clock calls (kind `schedule`), as EventBridge writes it. */
  readonly schedule?: string;
}

/** Reads the list, and refuses one that this app would misunderstand. */
export function readFunctionList(path: string): FunctionEntry[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new Error(`there is no list of functions at ${path}; 'make codegen' writes it`);
  }
  const entries = JSON.parse(text) as FunctionEntry[];
  checkFunctionList(entries);
  return entries;
}

/** Throws an error that names the first entry that is not as it must be. */
export function checkFunctionList(entries: readonly FunctionEntry[]): void {
  const names = new Set<string>();
  for (const entry of entries) {
    const { name, kind, timeoutSeconds, memoryMb, streaming } = entry;
    const demand = (holds: boolean, what: string) => {
      if (!holds) throw new Error(`function '${name}' in the list: ${what}`);
    };
    demand(/^[A-Za-z][A-Za-z0-9]{0,53}$/.test(name), 'a name has 1 to 54 letters and digits');
    demand(!names.has(name.toLowerCase()), 'the name is there twice');
    demand(KINDS.includes(kind), `'${kind}' is no kind of function`);
    demand(CLASSES.includes(entry.class), `'${entry.class}' is no permission class`);
    demand(Number.isInteger(timeoutSeconds) && timeoutSeconds >= 1 && timeoutSeconds <= 900, 'a timeout is 1 to 900 seconds');
    demand(Number.isInteger(memoryMb) && memoryMb >= 128 && memoryMb <= 10240, 'memory is 128 to 10240 MB');
    demand(typeof streaming === 'boolean', "'streaming' is true or false");
    demand((kind === 'schedule') === /^(rate|cron)\(.+\)$/.test(entry.schedule ?? ''), "'schedule' is what a function of kind 'schedule' has, and no other: rate(…) or cron(…)");
    names.add(name.toLowerCase());
  }
}
