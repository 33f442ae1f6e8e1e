/** How the cost grows: with the number of streams in one process, and with the number of tips in a second. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../report.ts';
import { thorough } from '../turns.ts';

/** What one process measured while it watched. */
export interface Growth {
  /** Tips that came in a second. */
  tips: number;
  /** Milliseconds of a processor in a second. */
  time: number;
  /** MiB. */
  heap: number;
  /** Milliseconds by which the event loop was late. */
  delay: { p50: number; p99: number };
}

const program = fileURLToPath(new URL('../watcher.ts', import.meta.url));

async function watch(streams: number, rate: number, seconds: number): Promise<Growth> {
  const child = fork(program, [String(streams), String(rate), String(seconds)]);
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the watcher of ${streams} streams ended with ${code}`);
  });
  const [growth] = await Promise.race([once(child, 'message'), gone]);
  child.kill();
  return growth;
}

const row = (first: string, { tips, time, heap, delay }: Growth, empty: Growth, streams: number): string[] => [
  first,
  tips.toFixed(0),
  `${time.toFixed(0)} (${(time / 10).toFixed(1)} %)`,
  tips > 0 ? ((time * 1000) / tips).toFixed(0) : '',
  heap.toFixed(1),
  streams > 1 ? (((heap - empty.heap) * 1024) / streams).toFixed(1) : '',
  delay.p50.toFixed(1),
  delay.p99.toFixed(1),
];

const head = [
  'tips/s, measured',
  'ms of a processor in a second',
  'us a tip',
  'heap, MiB',
  'KiB a stream',
  'late, ms',
  '99 % below',
];

export async function growth(): Promise<Outcome> {
  const seconds = thorough.processes > 1 ? 5 : 2;
  const many: string[][] = [];
  let empty: Growth | undefined;
  for (const streams of [1, 10, 100, 1000]) {
    const measured = await watch(streams, 1, seconds);
    empty ??= measured;
    many.push(row(String(streams), measured, empty, streams));
  }
  const fast: string[][] = [];
  for (const rate of [1, 10, 100, 1000, 10_000]) {
    const measured = await watch(1, rate, seconds);
    fast.push(row(String(rate), measured, measured, 1).filter((_, index) => index !== 5));
  }
  return {
    tables: [
      {
        heading: 'How the cost grows: streams',
        text:
          'Clients of the Events API in one process, each with a stream of tips, asked by long polling over real connections, against a server in another process ' +
          'that has one tip a second in each room. So each tip is a request of its own, and most of what it costs is `fetch`.',
        head: ['streams', ...head],
        rows: many,
      },
      {
        heading: 'How the cost grows: tips',
        text:
          'One stream, in whose room more and more happens. What comes while an answer is on its way comes with the next one. A server with no network in between could be asked ' +
          'a thousand times a second: from half of the 2,000 requests a minute on that the platform allows it is asked in even steps of 60 ms, and what comes meanwhile comes together.',
        head: ['tips/s', ...head.filter((name) => name !== 'KiB a stream')],
        rows: fast,
      },
    ],
  };
}
