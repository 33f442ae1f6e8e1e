import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { platform } from '../../src/core/endpoint.ts';
import { open } from '../../src/core/open.ts';
import { minutes, seconds } from '../../src/core/time.ts';
import type { Peer } from '../../src/mock/service.ts';
import type { StreamGap, StreamState } from '../../src/stream/event-stream.ts';
import { createSocket } from '../../src/stream/socket.ts';
import { toStream } from '../../src/stream/stream.ts';
import { testClock } from '../support/clock.ts';
import { memorySockets } from '../support/memory-sockets.ts';

const latency = 20;
/** The upstream says something at least so often, and counts as dead after 1.2 of it. */
const keepalive = seconds(10);
const deadAfter = keepalive * 1.2;
/** So long what is under way on a connection that was handed over is read, whatever becomes of its successor. */
const lingers = 500;

/** What can happen to a socket. */
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 20_000 }).map((ms) => ({ kind: 'wait', ms }) as const) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('cut', 'freeze', 'hand-over', 'unwatch', 'duplicate').map((kind) => ({ kind }) as const),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(1000, 1001, 1011, 1013, 4429, 4999).map((code) => ({ kind: 'close', code }) as const),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('refuse', 'mute', 'bad-hand-over', 'cut-both').map((kind) => ({ kind }) as const),
  },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** One evening: an upstream that numbers its events, and a watcher who writes down what arrives. */
async function evening(script: readonly Happening[], chance: readonly number[]) {
  const clock = testClock();
  let turn = 0;
  const random = (): number => chance[turn++ % chance.length] ?? 0;
  const sent: { n: number; at: number }[] = [];
  const received: number[] = [];
  const gaps: StreamGap[] = [];
  /** Sent a second time, perhaps to somebody who missed the first. */
  const repeated = new Set<number>();
  const states: StreamState[] = [];
  const live = new Set<Peer>();
  let refusals = 0;
  let mutes = 0;
  let watching = false;
  /** When nobody could have been served, as the upstream sees it. */
  const network = memorySockets(clock, latency, (url, peer) => {
    if (url.pathname === '/dead') return false;
    if (refusals > 0) {
      refusals -= 1;
      return false;
    }
    if (mutes > 0) {
      mutes -= 1;
      return true;
    }
    peer.send('hello');
    live.add(peer);
    return true;
  });
  const say = (text: string): void => {
    for (const peer of live) if (peer.open) peer.send(text);
  };
  const ping = (): void => {
    sent.push({ n: sent.length, at: clock.now() });
    say(String(sent.length - 1));
  };

  const connection = open(platform({ name: 'pretend', endpoints: {} }), {
    baseUrl: 'http://127.0.0.1:1',
    clock,
    random,
    logger: false,
    WebSocket: network.WebSocket,
  });
  const source = createSocket<number>({
    platform: 'pretend',
    connection,
    url: () => 'ws://127.0.0.1:1/live',
    talk: (line) => ({
      heard(text) {
        if (text === 'hello') {
          line.silent(deadAfter);
          line.live();
        } else if (text.startsWith('to ')) line.handOver(text.slice(3));
        else if (text !== 'keepalive') source.deliver(Number(text), text);
      },
    }),
  });
  const stream = toStream(source);
  stream.on('gap', (gap) => gaps.push(gap));
  stream.on('status', ({ state }) => states.push(state));
  let stop = (): void => {};
  const watch = (): void => {
    watching = true;
    stop = stream.subscribe(({ event }) => void received.push(event));
  };

  /** Time goes by: an event every second, a sign of life every ten. */
  let beats = 0;
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 1000) {
      ping();
      beats += 1;
      if (beats % 10 === 0) say('keepalive');
      await clock.advance(Math.min(left, 1000));
    }
  };
  const most = { held: 0 };
  watch();
  await pass(2000);
  for (const step of script) {
    if (step.kind === 'wait') await pass(step.ms);
    if (step.kind === 'close') for (const peer of live) peer.close(step.code);
    if (step.kind === 'cut')
      [...live]
        .filter((peer) => peer.open)
        .at(-1)
        ?.drop();
    if (step.kind === 'cut-both') for (const peer of live) peer.drop();
    if (step.kind === 'freeze') for (const peer of live) peer.freeze();
    if (step.kind === 'hand-over') say('to ws://127.0.0.1:1/next');
    if (step.kind === 'bad-hand-over') say('to ws://127.0.0.1:1/dead');
    if (step.kind === 'refuse') refusals += 2;
    if (step.kind === 'mute') mutes += 1;
    if (step.kind === 'duplicate') {
      const again = Math.max(0, sent.length - 3);
      repeated.add(again);
      say(String(again));
    }
    if (step.kind === 'unwatch') {
      if (watching) stop();
      watching = !watching;
      if (watching) watch();
    }
    for (const peer of live) if (!peer.open) live.delete(peer);
    most.held = Math.max(most.held, network.held);
  }
  // Everything works again, so that every gap gets its end.
  refusals = mutes = 0;
  if (!watching) watch();
  await pass(minutes(3));
  const last = sent.length - 1;
  await clock.advance(seconds(1));
  await connection.close();
  await clock.advance(seconds(1));
  return { clock, network, sent, repeated, received, gaps, states, last, most };
}

describe('a socket, whatever happens to it', () => {
  it('XS-5 gives every event once, or says a gap that holds it; a gap is no longer than needed, and nothing is left behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: 25 }),
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 8 }),
        async (script, chance) => {
          const { sent, repeated, received, gaps, network, clock, states, last, most } = await evening(script, chance);
          expect(received.length).toBeGreaterThan(100);
          expect(new Set(received).size).toBe(received.length);
          const seen = new Set(received);
          const first = Math.min(...received);
          const missing = sent.filter(({ n }) => n > first && n <= last && !seen.has(n));
          const unsaid = missing.filter(
            ({ at }) => !gaps.some(({ from = Number.NaN, to }) => at >= from - 2 * latency && at <= to),
          );
          expect(unsaid).toEqual([]);
          // Nothing arrived that was sent well inside a gap: it covers the outage, and before it the silence of one heartbeat at most.
          for (const { from = Number.NaN, to } of gaps) {
            expect(from).toBeLessThanOrEqual(to);
            const inside = sent.filter(
              ({ n, at }) => seen.has(n) && !repeated.has(n) && at > from + lingers && at < to - 2 * latency,
            );
            expect(inside).toEqual([]);
          }
          expect(most.held).toBeLessThanOrEqual(4);
          expect(states.at(-1)).toBe('ended');
          expect(network.held).toBe(0);
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 300, endOnFailure: true },
    );
  });

  it('XS-5 says no gap in an evening of hand-overs and re-deliveries only', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc
              .constantFrom('hand-over' as const, 'bad-hand-over' as const, 'duplicate' as const)
              .map((kind) => ({ kind })),
            fc.integer({ min: 100, max: 9000 }).map((ms) => ({ kind: 'wait' as const, ms })),
          ),
          { maxLength: 20 },
        ),
        async (script) => {
          const { gaps, received, last } = await evening(script, [0.5]);
          expect(gaps).toEqual([]);
          expect(received.length).toBeGreaterThan(100);
          expect([...received].sort((a, b) => a - b)).toEqual(
            Array.from({ length: last - Math.min(...received) + 1 }, (_, index) => Math.min(...received) + index),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
