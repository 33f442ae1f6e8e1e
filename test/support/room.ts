import { onTestFinished } from 'vitest';
import type { EventStream } from '../../src/stream/event-stream.ts';
import { settle, type TestClock, testClock } from './clock.ts';
import { until } from './polled.ts';
import { json, type Reply, type Route, startServer, type TestServer } from './server.ts';

/** A server whose answers are taken from a list, the last one again and again, and a clock that stands still. */
export interface TestRoom {
  server: TestServer;
  clock: TestClock;
  lines: string[];
  /** What every client of a test is made with. */
  common: {
    clock: TestClock;
    logger: { info(line: string): void; warn(line: string): void; error(line: string): void };
  };
}

type Step = ReturnType<Route>;

/** Answers one after the other; the last one stays. */
export const inTurn =
  (...steps: (Step | Route)[]): Route =>
  (arrival, response) => {
    const step = steps[Math.min(arrival.nth, steps.length) - 1];
    return typeof step === 'function' ? step(arrival, response) : step;
  };

export const page = (events: unknown, more: object = {}): Reply => json({ events, ...more });

export async function testRoom(route: Route): Promise<TestRoom> {
  const server = await startServer(route);
  const clock = testClock();
  const lines: string[] = [];
  const keep = (level: string) => (line: string) => void lines.push(`${level} ${line}`);
  return {
    server,
    clock,
    lines,
    common: { clock, logger: { info: keep('info'), warn: keep('warn'), error: keep('error') } },
  };
}

/** Everything that a stream gives and says from now on. */
export function watched<T>(stream: EventStream<T>) {
  const seen: T[] = [];
  const errors: { code: string; message: string; fatal: boolean }[] = [];
  const said: string[] = [];
  const invalid: unknown[] = [];
  const gaps: string[] = [];
  const ends: unknown[] = [];
  stream.on('error', (error) => errors.push(error));
  stream.on('status', ({ state }) => said.push(state));
  stream.on('invalid', (report) => invalid.push(report));
  stream.on('gap', ({ reason }) => gaps.push(reason));
  stream.on('end', (error) => ends.push(error));
  const stop = stream.subscribe((event) => void seen.push(event), { onError: () => {} });
  onTestFinished(() => stop());
  return { seen, errors, said, invalid, gaps, ends, stop };
}

/** Turns of the event loop for each step: real answers need some, also on a busy machine, before the next half second is over. */
const turns = 30;

/** Moves the clock in small steps until `ready` says yes. */
export async function soon(clock: TestClock, ready: () => unknown, ms = 60_000, step = 500): Promise<void> {
  for (let left = ms; left > 0; left -= step) {
    await settle(turns);
    if (ready()) return;
    await clock.advance(step);
  }
  await until(ready);
}
