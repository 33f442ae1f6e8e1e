import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { platform } from '../../src/core/endpoint.ts';
import { TipstreamError } from '../../src/core/errors.ts';
import { open } from '../../src/core/open.ts';
import { seconds } from '../../src/core/time.ts';
import type { Peer } from '../../src/mock/service.ts';
import type { StreamGap, StreamState } from '../../src/stream/event-stream.ts';
import { createSocket } from '../../src/stream/socket.ts';
import { toStream } from '../../src/stream/stream.ts';
import { tries } from '../fuzz/setting.ts';
import { testClock } from '../support/clock.ts';
import { memorySockets } from '../support/memory-sockets.ts';
import { createPairs } from './pairs.ts';

const latency = 20;
const deadAfter = seconds(12);
const large = 'x'.repeat(10 * 2 ** 20 + 1);

/** What can happen to the machine, from each side. */
const events = [
  'watch',
  'unwatch',
  'an event',
  'the same event again',
  'a frame that breaks the talk',
  'a frame that is too large',
  'hand over',
  'hand over to nowhere',
  'dropped by the talk',
  'ended by the talk',
  'ended by the talk for good',
  'close 1000',
  'close 1013',
  'close 4401',
  'close 4404',
  'cut',
  'freeze',
  'the next is refused',
  'the next says nothing',
  'no address for a while',
  'no address for good',
  'the credential is no good any more',
  'a moment',
  'the time of a reconnect',
  'the time of silence',
  'the client closes',
] as const;
type Event = (typeof events)[number];

const states = [
  'idle',
  'connecting',
  'greeting',
  'live',
  'handing over',
  'waiting',
  'asking',
  'ended',
  'closed',
] as const;
type State = (typeof states)[number];

/** Every event can come in every state: what has nothing to act on must do no harm. */
const pairs = createPairs(Object.fromEntries(states.map((state) => [state, events])));

async function evening(script: readonly Event[]): Promise<void> {
  const clock = testClock();
  const peers: Peer[] = [];
  const next: ('refuse' | 'mute')[] = [];
  let noAddress: 'no' | 'for a while' | 'for good' = 'no';
  let good = true;
  let asking = 0;
  let status = 'idle' as StreamState;
  let watching = false;
  let closed = false;
  let endings = 0;
  let sent = 0;
  const received: number[] = [];
  const gaps: StreamGap[] = [];
  const errors: TipstreamError[] = [];
  let askedAfterEnd = 0;

  let asked = 0;
  const network = memorySockets(clock, latency, (url, peer) => {
    asked += 1;
    if (url.pathname === '/nowhere') return false;
    const what = next.shift();
    if (what === 'refuse') return false;
    peers.push(peer);
    if (what === 'mute') return true;
    peer.send('hello');
    return true;
  });
  const connection = open(platform({ name: 'pretend', endpoints: {} }), {
    baseUrl: 'http://127.0.0.1:1',
    clock,
    random: () => 0.5,
    logger: false,
    WebSocket: network.WebSocket,
  });
  const failure = (fatal: boolean): TipstreamError =>
    new TipstreamError({ code: fatal ? 'AUTH' : 'NETWORK', message: 'pretend: no', fatal });
  const source = createSocket<number>({
    platform: 'pretend',
    connection,
    url: async () => {
      if (noAddress === 'for good') throw failure(true);
      if (noAddress === 'for a while') {
        noAddress = 'no';
        throw failure(false);
      }
      return 'ws://127.0.0.1:1/live';
    },
    // It takes its time, so that something may happen meanwhile.
    async probe() {
      asking += 1;
      await new Promise<void>((resolve) => void clock.after(300, resolve));
      asking -= 1;
      if (!good) throw failure(true);
    },
    talk: (line) => ({
      heard(text) {
        if (text === 'hello') {
          line.silent(deadAfter);
          return line.live();
        }
        if (text.startsWith('to ')) return line.handOver(text.slice(3));
        if (text === 'drop') return line.drop();
        if (text === 'end') return line.end();
        if (text === 'end for good') return line.end(failure(true));
        if (text === 'break') throw new Error('the talk broke');
        source.deliver(Number(text), text);
      },
    }),
  });
  const stream = toStream(source);
  stream.on('gap', (gap) => gaps.push(gap));
  stream.on('status', ({ state }) => {
    status = state;
  });
  stream.on('error', (error) => errors.push(error));
  stream.on('end', () => {
    endings += 1;
  });
  let stop = (): void => {};

  const openPeers = (): Peer[] => peers.filter((peer) => peer.open);
  const say = (text: string): void => openPeers().at(-1)?.send(text);
  const stateNow = (): State => {
    if (closed) return 'closed';
    if (status === 'ended') return 'ended';
    if (!watching) return 'idle';
    if (asking > 0) return 'asking';
    if (status === 'live') return openPeers().length > 1 || network.held > 1 ? 'handing over' : 'live';
    if (status === 'waiting') return 'waiting';
    return openPeers().length > 0 ? 'greeting' : 'connecting';
  };

  for (const event of script) {
    const state = stateNow();
    pairs.came(state, event);
    const before = asked;
    switch (event) {
      case 'watch':
        if (!watching) {
          watching = true;
          if (status === 'ended') status = 'idle';
          stop = stream.subscribe(({ event: n }) => void received.push(n), { onError: () => {} });
        }
        break;
      case 'unwatch':
        stop();
        watching = false;
        // No timer of a connection that nobody waits for any more.
        if (state === 'waiting' && network.held === 0) expect(clock.pending).toBe(network.underWay);
        break;
      case 'an event':
        sent += 1;
        say(String(sent));
        break;
      case 'the same event again':
        say(String(sent));
        break;
      case 'a frame that breaks the talk':
        say('break');
        break;
      case 'a frame that is too large':
        say(large);
        break;
      case 'hand over':
        say('to ws://127.0.0.1:1/next');
        break;
      case 'hand over to nowhere':
        say('to ws://127.0.0.1:1/nowhere');
        break;
      case 'dropped by the talk':
        say('drop');
        break;
      case 'ended by the talk':
        say('end');
        break;
      case 'ended by the talk for good':
        say('end for good');
        break;
      case 'close 1000':
      case 'close 1013':
      case 'close 4401':
      case 'close 4404':
        openPeers()
          .at(-1)
          ?.close(Number(event.slice(6)));
        break;
      case 'cut':
        openPeers().at(-1)?.drop();
        break;
      case 'freeze':
        for (const peer of openPeers()) peer.freeze();
        break;
      case 'the next is refused':
        next.push('refuse');
        break;
      case 'the next says nothing':
        next.push('mute');
        break;
      case 'no address for a while':
        noAddress = 'for a while';
        break;
      case 'no address for good':
        noAddress = 'for good';
        break;
      case 'the credential is no good any more':
        good = false;
        if (state !== 'asking') break;
        await clock.advance(400);
        // Believed: nobody knocks on with it.
        expect(status).toBe('ended');
        break;
      case 'a moment':
        await clock.advance(2 * latency);
        break;
      case 'the time of a reconnect':
        await clock.advance(seconds(2));
        break;
      case 'the time of silence':
        await clock.advance(deadAfter + 1);
        break;
      case 'the client closes':
        closed = true;
        watching = false;
        await connection.close();
        break;
    }
    await clock.advance(0);
    if (status === 'ended' && event !== 'watch') watching = watching && endings === 0;
    // Nobody who has ended, closed or left asks for another socket.
    if ((state === 'ended' || state === 'closed' || state === 'idle') && event !== 'watch')
      askedAfterEnd += asked - before;
    // What is read, what takes its place, what is under way, and what says goodbye: never more.
    expect(network.held).toBeLessThanOrEqual(4);
  }

  expect(askedAfterEnd).toBe(0);
  // No event twice, and in the order in which they were sent.
  expect(received).toEqual([...new Set(received)].sort((a, b) => a - b));
  for (const { from = 0, to } of gaps) expect(from).toBeLessThanOrEqual(to);
  for (const { message } of errors) expect(message).toMatch(/^pretend/);

  // Everything works again: whoever watches is served, unless the client is closed.
  noAddress = 'no';
  good = true;
  next.length = 0;
  if (!closed) {
    stop();
    await clock.advance(seconds(2));
    const before = received.length;
    const rest = stream.subscribe(({ event: n }) => void received.push(n), { onError: () => {} });
    await clock.advance(seconds(70));
    sent += 1;
    say(String(sent));
    await clock.advance(2 * latency);
    expect(received.length).toBe(before + 1);
    rest();
  }
  await connection.close();
  await clock.advance(seconds(5));
  expect(network.held).toBe(0);
  expect(clock.pending).toBe(0);
}

/** How each state is come to. */
const ways: Readonly<Record<State, readonly Event[]>> = {
  idle: [],
  connecting: ['watch'],
  greeting: ['the next says nothing', 'watch', 'a moment'],
  live: ['watch', 'a moment', 'a moment', 'an event', 'a moment'],
  'handing over': ['watch', 'a moment', 'a moment', 'the next says nothing', 'hand over', 'a moment', 'a moment'],
  waiting: ['watch', 'a moment', 'a moment', 'cut', 'a moment'],
  asking: ['watch', 'a moment', 'a moment', 'close 4401', ...Array.from({ length: 15 }, () => 'a moment' as const)],
  ended: ['watch', 'a moment', 'a moment', 'close 4404', 'a moment'],
  closed: ['watch', 'a moment', 'a moment', 'the client closes'],
};

const afterwards: readonly (readonly Event[])[] = [
  ['a moment'],
  ['the time of a reconnect', 'watch'],
  ['the time of silence'],
];

describe('the machine of a socket', () => {
  it.each(Object.entries(ways))(
    'XS-5 %s: whatever happens, one connection is read, no event comes twice, and whoever watches afterwards is served',
    async (_, way) => {
      for (const [nth, event] of events.entries()) {
        const after = afterwards[nth % afterwards.length] ?? [];
        await evening([...way, event, ...after]);
        await evening([...way, event, 'a moment', event, 'a moment']);
      }
    },
  );

  it('XS-5 in evenings of everything it holds the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            { weight: 3, arbitrary: fc.constantFrom('watch' as const, 'a moment' as const) },
            { weight: 4, arbitrary: fc.constantFrom(...events.slice(0, -1)) },
          ),
          { maxLength: 25 },
        ),
        (script) => evening(script),
      ),
      tries(30),
    );
  });

  it('was in every state at every event', () => {
    expect({ missing: pairs.missing(), unknown: pairs.unknown() }).toEqual({ missing: [], unknown: [] });
    expect(String(pairs)).toMatch(/^234 pairs of 9 states/);
  });
});
