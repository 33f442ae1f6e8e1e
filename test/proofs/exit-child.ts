/** Uses every client in every way that could keep a process alive, closes them all, says so, and has nothing left to do. */
import { createCamsoda } from '../../src/camsoda/index.ts';
import { createChaturbate } from '../../src/chaturbate/index.ts';
import { merge, minutes } from '../../src/index.ts';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import { createStripchat } from '../../src/stripchat/index.ts';

const [url = ''] = process.argv.slice(2);
const key = 'not-a-secret-key';
const common = { logger: false, interval: minutes(5), checkpoint: memoryStore() } as const;
const clients = [
  createChaturbate({ username: 'mira', token: key, baseUrl: url, longPoll: minutes(1), ...common }),
  createChaturbate({ eventsUrl: `${url}/events/chaturbate`, apiKey: key, ...common }),
  createStripchat({ token: key, eventsUrl: `${url}/events/stripchat`, ...common }),
  createCamsoda({ broadcaster: 'mira', apiKey: key, eventsUrl: `${url}/events/camsoda`, ...common }),
];

const tips = merge(clients.map((client) => client.tips()));
let seen = 0;
const enough = new Promise<void>((resolve) => {
  tips.subscribe(() => {
    seen += 1;
    if (seen >= 8) resolve();
  });
});
tips.subscribe(() => Promise.resolve(), { label: 'ledger' });
const loop = tips.iterate();
void loop.next();
const reader = tips.toReadableStream().getReader();
void reader.read();
for (const client of clients) client.events().subscribe(() => {});
await enough;
// What is in flight now: a poll that is held for a minute, waits of five minutes, a loop and a reader that ask for more.
await Promise.all(clients.map((client) => client.close()));
console.log('closed');
