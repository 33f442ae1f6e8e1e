/** Watches so many rooms, each with so many tips in a second, and says what it cost. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createChaturbate } from '../src/chaturbate/index.ts';
import { serve } from './serve.ts';

/** Milliseconds. The finer it is, the more it costs itself. */
const resolution = 20;

const [streams = 1, rate = 1, seconds = 5] = process.argv.slice(2).map(Number);
const served = await serve();
served.pace(rate);
let seen = 0;
const clients = Array.from({ length: streams }, (_, n) =>
  createChaturbate({
    baseUrl: `http://${served.host}`,
    username: `room${n}`,
    token: 'not-a-secret-token',
    testbed: false,
    backlog: 'deliver',
    logger: false,
  }),
);
for (const client of clients)
  client.tips().subscribe((tip) => {
    seen += tip.amount > 0 ? 1 : 0;
  });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
// The first answers make the connections and compile.
await pause(2500);
globalThis.gc?.();
const delay = monitorEventLoopDelay({ resolution });
delay.enable();
const [before, began, used] = [seen, performance.now(), process.cpuUsage()];
await pause(seconds * 1000);
const { user, system } = process.cpuUsage(used);
const took = (performance.now() - began) / 1000;
delay.disable();
const tips = (seen - before) / took;
globalThis.gc?.();
const heap = process.memoryUsage().heapUsed / 2 ** 20;
// The timer itself takes its resolution.
const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
process.send?.({
  tips,
  time: (user + system) / 1000 / took,
  heap,
  delay: { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)) },
});
