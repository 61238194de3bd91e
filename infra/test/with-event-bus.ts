// Writes the template of a deployment with an event bus, for those who rehearse it: tsx test/with-event-bus.ts FILE.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { template } from './deployment.ts';

const file = process.argv[2] ?? '';
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, JSON.stringify(template({ eventBus: 'all' }).toJSON()));
