/** Watches one room with a file checkpoint and writes down every tip it is offered, until somebody kills it. */
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileStore } from '../../src/adapters/node.ts';
import { createChaturbate } from '../../src/chaturbate/index.ts';

const [dialect, url, storePath, recordPath, credential = ''] = process.argv.slice(2);

const common = { checkpoint: fileStore(storePath ?? ''), interval: 50, logger: false } as const;
const chaturbate =
  dialect === 'real'
    ? createChaturbate({ username: 'mira', token: credential, baseUrl: url, longPoll: 1000, ...common })
    : createChaturbate({ eventsUrl: `${url}/events/chaturbate`, broadcaster: 'mira', apiKey: credential, ...common });

const write = (what: string, message: string): void => appendFileSync(recordPath ?? '', `${what} ${message}\n`);

chaturbate.tips().subscribe(
  async (tip) => {
    write('offered', `${tip.message} ${tip.id}`);
    await pause(2 + Math.random() * 10);
    write('taken', `${tip.message} ${tip.id}`);
  },
  { onError: (error) => write('error', error.message) },
);
process.on('SIGTERM', () => void chaturbate.close());
