// The function at the edge, as CloudFront would run it.

import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import { ROUTE_FILE } from '../lib/edge.ts';

export type Header = { value: string; multiValue?: { value: string }[] };
type Request = { method: string; uri: string; querystring: Record<string, Header>; headers: Record<string, Header> };
type Refusal = { statusCode: number; headers: Record<string, Header>; body: string };

export const source = readFileSync(ROUTE_FILE, 'utf8');
const context = vm.createContext({});
vm.runInContext(source, context, { filename: ROUTE_FILE });

/** What becomes of a request with these headers; a list is a header that was sent several times. */
export function route(method: string, uri: string, headers: Record<string, string | string[]>): Request & Partial<Refusal> {
  const given = Object.fromEntries(
    Object.entries({ host: 'git.example.com', ...headers }).map(([name, value]) => {
      const values = [value].flat().map((each) => ({ value: each }));
      return [name, values.length > 1 ? { value: values[0]?.value, multiValue: values } : values[0]];
    }),
  );
  const event = {
    version: '1.0',
    context: { eventType: 'viewer-request' },
    viewer: { ip: '192.0.2.7' },
    request: { method, uri, querystring: {}, headers: given, cookies: {} },
  };
  context.event = event;
  return JSON.parse(JSON.stringify(vm.runInContext('handler(event)', context)));
}
