import { parseArgs } from 'node:util';
import { openEverything } from './soak/everything.ts';
import { growths, type Sample, sampleNow, tableOf } from './soak/samples.ts';

// Everything on, for as long as it is told, in real time: `npm run soak -- --minutes 10`. Heap, handles and listeners may not grow.

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new RangeError(`--minutes ${values.minutes} is no time`);

const lasts = minutes * 60_000;
/** Between two samples, in milliseconds. */
const every = Math.max(1000, lasts / 120);
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

const before = new Set(process.getActiveResourcesInfo());
const everything = await openEverything();
const samples: Sample[] = [];
for (const until = Date.now() + lasts; Date.now() < until; ) {
  await wait(every);
  samples.push(sampleNow(lasts - (until - Date.now()), everything));
}
const counted = everything.counts();
await everything.close();

console.log(tableOf(samples));
console.log(
  `${minutes} minutes: ${counted.tips} tips, ${counted.others} comments and notifications, ${counted.calls} calls, ${counted.gaps} gaps, ${counted.errors} errors that passed, ${counted.clients} clients came and went`,
);
const failures = [
  ...growths(samples),
  ...unhandled.map((reason) => `a rejection was not handled: ${reason}`),
  ...everything.silent().map((name) => `nothing came from ${name}`),
  ...everything.wrong,
];
// Sockets that were closed just now are gone a moment later.
await wait(2000);
const left = process.getActiveResourcesInfo().filter((kind) => !before.has(kind) && kind !== 'Timeout');
if (left.length > 0) failures.push(`left behind after close(): ${left.join(', ')}`);
for (const failure of failures) console.error(`not well: ${failure}`);
console.log(failures.length === 0 ? 'nothing grew' : `${failures.length} things are not well`);
process.exitCode = failures.length === 0 ? 0 : 1;

setTimeout(() => {
  console.error(`not well: the process does not end by itself: ${process.getActiveResourcesInfo().join(', ')}`);
  process.exit(1);
}, 10_000).unref();
