import { describe, expect, it, onTestFinished } from 'vitest';
import { platform } from '../../src/core/endpoint.ts';
import { isTipstreamError, TipstreamError } from '../../src/core/errors.ts';
import { open } from '../../src/core/open.ts';
import type { ClientOptions } from '../../src/core/options.ts';
import { seconds } from '../../src/core/time.ts';
import type { StreamGap, StreamStatus } from '../../src/stream/event-stream.ts';
import { createSocket, type Line, type SocketPlan } from '../../src/stream/socket.ts';
import { toStream } from '../../src/stream/stream.ts';
import { testClock } from '../support/clock.ts';
import { until } from '../support/polled.ts';
import { type Guest, testSockets } from '../support/sockets.ts';

interface Ping {
  id?: string;
  n: number;
}

/** A source whose upstream greets with `hello` and then sends pings. */
async function listener(plan: Partial<SocketPlan> = {}, options: ClientOptions = {}, greet = true) {
  const server = await testSockets((guest) => {
    if (greet) guest.send('hello');
  });
  const clock = testClock();
  const here = platform({ name: 'pretend', endpoints: {} });
  const connection = open(here, {
    baseUrl: server.url.replace('ws', 'http'),
    clock,
    random: () => 0,
    logger: false,
    ...options,
  });
  const lines: Line[] = [];
  const source = createSocket<Ping>({
    platform: 'pretend',
    connection,
    url: () => `${server.url}/live`,
    talk(line) {
      lines.push(line);
      return {
        heard(text) {
          if (text === 'hello') return line.live();
          const ping: Ping = JSON.parse(text);
          source.deliver(ping, ping.id);
        },
      };
    },
    ...plan,
  });
  const stream = toStream(source);
  const heard = {
    numbers: [] as number[],
    errors: [] as TipstreamError[],
    gaps: [] as StreamGap[],
    states: [] as string[],
  };
  const statuses: StreamStatus[] = [];
  stream.on('error', (error) => heard.errors.push(error));
  stream.on('gap', (gap) => heard.gaps.push(gap));
  stream.on('status', (status) => {
    statuses.push(status);
    heard.states.push(status.state);
  });
  const watch = () => stream.subscribe(({ event }) => void heard.numbers.push(event.n), { onFailure: 'skip' });
  onTestFinished(() => connection.close());
  return { server, clock, connection, lines, source, stream, heard, statuses, watch };
}

const isLive = (states: readonly string[], times = 1) => states.filter((state) => state === 'live').length >= times;

describe('a socket', () => {
  it('XS-5 is opened with the first watcher, closed with 1000 after the last, and ready once it is live', async () => {
    const { server, stream, watch, heard } = await listener();
    expect(server.asked).toBe(0);
    const stop = watch();
    const again = watch();
    await stream.ready();
    const guest = await server.guest(1);
    guest.send({ n: 1 });
    await until(() => heard.numbers.length === 2);
    stop();
    expect(guest.left).toBeUndefined();
    again();
    await until(() => guest.left !== undefined);
    expect(guest.left).toBe(1000);
    expect(server.asked).toBe(1);
    expect(heard.states).toEqual(['connecting', 'live', 'idle']);
  });

  it('XS-5 asks for its address at every connection, so a fresh token is in it', async () => {
    let token = 0;
    const { server, watch, heard, clock } = await listener({ url: () => `${server.url}/live?token=t${++token}` });
    watch();
    await until(() => isLive(heard.states));
    (await server.guest(1)).cut();
    await until(() => heard.states.includes('waiting'));
    await clock.advance(0);
    await until(() => isLive(heard.states, 2));
    expect(server.guests.map(({ url }) => url)).toEqual(['/live?token=t1', '/live?token=t2']);
  });

  it('XS-5 opens nothing for whoever left while the address was asked for', async () => {
    let answer = (_url: string): void => {};
    const asked = new Promise<string>((resolve) => {
      answer = resolve;
    });
    const { server, watch, heard } = await listener({ url: () => asked });
    watch()();
    answer(`${server.url}/live`);
    // A second watcher is connected after whatever the first one might have opened.
    watch();
    await until(() => isLive(heard.states));
    expect(server.asked).toBe(1);
  });

  it('delivers an event with an id once, over connections too', async () => {
    const { server, watch, heard, clock, stream } = await listener();
    watch();
    const first = await server.guest(1);
    first.send({ id: 'a', n: 1 });
    first.send({ id: 'a', n: 1 });
    first.send({ n: 2 });
    first.send({ n: 2 });
    await until(() => heard.numbers.length === 3);
    first.cut();
    await until(() => heard.states.includes('waiting'));
    await clock.advance(0);
    (await server.guest(2)).send({ id: 'a', n: 1 });
    (await server.guest(2)).send({ id: 'b', n: 3 });
    await until(() => heard.numbers.includes(3));
    expect(heard.numbers).toEqual([1, 2, 2, 3]);
    expect(stream.stats().duplicates).toBe(2);
  });

  it('says a gap from the last sign of life of a cut connection to the moment the next one is live', async () => {
    const { server, watch, heard, clock } = await listener();
    const began = clock.now();
    watch();
    const guest = await server.guest(1);
    await until(() => isLive(heard.states));
    await clock.advance(4000);
    guest.send({ n: 1 });
    await until(() => heard.numbers.length === 1);
    await clock.advance(3000);
    guest.cut();
    await until(() => heard.states.includes('waiting'));
    await clock.advance(2000);
    await until(() => isLive(heard.states, 2));
    expect(heard.gaps).toEqual([{ platform: 'pretend', from: began + 4000, to: began + 7000, reason: 'disconnected' }]);
  });

  it('misses nothing before a goodbye: the gap begins with it', async () => {
    const { server, watch, heard, clock } = await listener();
    const began = clock.now();
    watch();
    await until(() => isLive(heard.states));
    await clock.advance(5000);
    (await server.guest(1)).close(1001, 'restarting');
    await until(() => heard.states.includes('waiting'));
    await clock.advance(0);
    await until(() => isLive(heard.states, 2));
    expect(heard.gaps.map(({ from }) => from)).toEqual([began + 5000]);
    expect(heard.errors.map(({ code, fatal, message }) => [code, fatal, message])).toEqual([
      ['SOCKET', false, 'pretend socket: the connection ended (1001 restarting)'],
    ]);
  });

  it('says no gap where what was missed could be fetched, and one where it could not', async () => {
    const asked: number[][] = [];
    let answer: boolean | Error = true;
    const { server, watch, heard, clock } = await listener({
      async missed(from, to) {
        asked.push([from, to]);
        if (answer instanceof Error) throw answer;
        return answer;
      },
    });
    const began = clock.now();
    watch();
    for (const [turn, next] of [true, false, new Error('no')].entries()) {
      answer = next;
      const guest = await server.guest(turn + 1);
      await until(() => isLive(heard.states, turn + 1));
      guest.cut();
      await until(() => heard.states.filter((state) => state === 'waiting').length === turn + 1);
      await clock.advance(1000);
    }
    await until(() => heard.gaps.length === 2);
    expect(asked).toHaveLength(3);
    expect(asked[0]).toEqual([began, began]);
    expect(heard.errors.at(-1)?.message).toContain('what was missed could not be fetched');
  });

  it('is a gap while nobody watched, from the last sign of life on: it may have frozen unnoticed', async () => {
    const { watch, heard, clock } = await listener();
    const stop = watch();
    await until(() => isLive(heard.states));
    const left = clock.now();
    await clock.advance(1000);
    stop();
    await clock.advance(8000);
    watch();
    await until(() => isLive(heard.states, 2));
    expect(heard.gaps).toEqual([{ platform: 'pretend', from: left, to: left + 9000, reason: 'disconnected' }]);
  });

  it('waits 1, 2, 4 ... 60 s at most between connections that fail, by chance less', async () => {
    const { server, watch, clock, statuses } = await listener({}, { random: () => 0.999999 });
    server.refuse(500);
    watch();
    const waits: number[] = [];
    for (let turn = 1; turn <= 8; turn += 1) {
      await until(() => statuses.filter(({ state }) => state === 'waiting').length === turn);
      const { since, retryAt = 0 } = statuses.at(-1) ?? { since: 0 };
      waits.push(Math.round((retryAt - since) / 1000));
      await clock.advance(retryAt - since);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    await until(() => server.asked === 9);
  });

  it('begins with the short wait again after a connection that was live for ten seconds', async () => {
    const { server, watch, clock, statuses, heard } = await listener({}, { random: () => 0.5 });
    watch();
    const lose = async (turn: number, after: number) => {
      const guest = await server.guest(turn);
      await until(() => isLive(heard.states, turn));
      await clock.advance(after);
      guest.cut();
      await until(() => statuses.filter(({ state }) => state === 'waiting').length === turn);
      const { since, retryAt = 0 } = statuses.at(-1) ?? { since: 0 };
      await clock.advance(retryAt - since);
      return retryAt - since;
    };
    expect([await lose(1, 0), await lose(2, 9_999), await lose(3, 10_000), await lose(4, 10_000)]).toEqual([
      500, 1000, 500, 500,
    ]);
  });

  it('gives up a connection that is not greeted within the time limit', async () => {
    const { server, watch, clock, heard } = await listener({}, { timeout: seconds(4) }, false);
    watch();
    await server.guest(1);
    await clock.advance(3999);
    expect(heard.errors).toEqual([]);
    await clock.advance(1);
    expect(heard.errors.map(({ message }) => message)).toEqual([
      'pretend socket: the connection ended (1006 no greeting in 4 s)',
    ]);
  });

  it('notices a connection that froze without closing, and counts every frame as a sign of life', async () => {
    const { server, watch, clock, heard, lines } = await listener();
    watch();
    const guest = await server.guest(1);
    await until(() => isLive(heard.states));
    lines[0]?.silent(seconds(12));
    await clock.advance(11_000);
    guest.send({ n: 1 });
    await until(() => heard.numbers.length === 1);
    guest.freeze();
    await clock.advance(11_999);
    expect(heard.errors).toEqual([]);
    await clock.advance(1);
    expect(heard.errors.map(({ message }) => message)).toEqual([
      'pretend socket: the connection ended (1006 not a word in 12 s)',
    ]);
    await until(() => isLive(heard.states, 2));
    expect(heard.gaps[0]).toMatchObject({ from: clock.now() - 12_000, to: clock.now() });
  });

  it('sends its heartbeat in its rhythm, and no more once the connection is gone', async () => {
    const { server, watch, clock, heard, lines } = await listener();
    watch();
    const guest = await server.guest(1);
    await until(() => isLive(heard.states));
    lines[0]?.beat(seconds(30), () => 'ping');
    await clock.advance(90_000);
    await until(() => guest.received.length === 3);
    guest.cut();
    await until(() => heard.states.includes('waiting'));
    await clock.advance(90_000);
    expect((await server.guest(2)).received).toEqual([]);
  });

  it('lets the upstream hand it over: the old connection is read until the new one is live, and nothing is missing', async () => {
    const { server, watch, clock, heard, lines } = await listener({}, {}, false);
    watch();
    const old = await server.guest(1);
    old.send('hello');
    await until(() => isLive(heard.states));
    lines[0]?.handOver(`${server.url}/next?challenge=1`);
    const next = await server.guest(2);
    expect(next.url).toBe('/next?challenge=1');
    expect(lines.map(({ handedOver }) => handedOver)).toEqual([false, true]);
    old.send({ n: 1 });
    await until(() => heard.numbers.length === 1);
    await clock.advance(1000);
    next.send('hello');
    await until(() => isLive(heard.states, 1) && lines[0]?.signal.aborted);
    // Sent before the hand-over, and slower than the greeting of the other connection.
    old.send({ n: 2 });
    await until(() => heard.numbers.length === 2);
    expect(old.left).toBeUndefined();
    await clock.advance(500);
    await until(() => old.left !== undefined);
    expect(old.left).toBe(1000);
    next.send({ n: 3 });
    await until(() => heard.numbers.length === 3);
    expect(heard.gaps).toEqual([]);
    expect(heard.errors).toEqual([]);
  });

  it('keeps a connection that is handed over before it was live, until the other one is', async () => {
    const { server, watch, clock, heard, lines, stream } = await listener({}, {}, false);
    watch();
    const old = await server.guest(1);
    lines[0]?.handOver(`${server.url}/next`);
    const next = await server.guest(2);
    old.send({ n: 1 });
    await until(() => heard.numbers.length === 1);
    expect(old.left).toBeUndefined();
    next.send('hello');
    await stream.ready();
    await clock.advance(500);
    await until(() => old.left === 1000);
    next.send({ n: 2 });
    await until(() => heard.numbers.length === 2);
    expect([heard.gaps, heard.errors]).toEqual([[], []]);
  });

  it('says goodbye to a connection that it gives up, and makes another one', async () => {
    const { server, watch, clock, heard, lines } = await listener();
    watch();
    const old = await server.guest(1);
    await until(() => isLive(heard.states));
    lines[0]?.drop();
    await until(() => old.left === 1000);
    await clock.advance(0);
    await until(() => isLive(heard.states, 2));
    expect(heard.gaps).toHaveLength(1);
  });

  it('makes a connection of its own when a hand-over fails, and reads the old one meanwhile', async () => {
    const { server, watch, clock, heard, lines } = await listener({}, {}, false);
    watch();
    const old = await server.guest(1);
    old.send('hello');
    await until(() => isLive(heard.states));
    server.refuse(403);
    lines[0]?.handOver(`${server.url}/next`);
    await until(() => heard.errors.length === 1);
    server.refuse(undefined);
    old.send({ n: 1 });
    await until(() => heard.numbers.length === 1);
    await clock.advance(0);
    const fresh = await server.guest(2);
    expect(fresh.url).toBe('/live');
    fresh.send('hello');
    await until(() => old.left === 1000);
    expect(heard.gaps).toEqual([]);
    expect(heard.states).not.toContain('ended');
  });

  it('XS-5 believes a refusal: 401 and 403 end the stream with one fatal error and are not asked again', async () => {
    for (const [status, code] of [
      [401, 'AUTH'],
      [403, 'PERMISSION'],
    ] as const) {
      const { server, stream, clock, heard, watch } = await listener();
      server.refuse(status);
      watch();
      await expect(stream.ready()).rejects.toMatchObject({ code, fatal: true });
      await clock.advance(600_000);
      expect(server.asked).toBe(1);
      expect(heard.errors).toHaveLength(1);
      expect(heard.states.at(-1)).toBe('ended');
    }
  });

  it('XS-5 asks over HTTP after a connection that never opened: a good credential tries again, a bad one ends it', async () => {
    let good = true;
    let probes = 0;
    const { server, clock, heard, watch } = await listener(
      {
        async probe() {
          probes += 1;
          if (!good) throw new TipstreamError({ code: 'AUTH', message: 'pretend status: 401, no' });
        },
      },
      { random: () => 0.5 },
    );
    server.refuse(403);
    watch();
    await until(() => heard.errors.length === 1);
    await clock.advance(500);
    await until(() => heard.errors.length === 2);
    expect([probes, server.asked]).toEqual([1, 2]);
    good = false;
    await clock.advance(1000);
    await until(() => heard.states.includes('ended'));
    expect([probes, server.asked]).toEqual([2, 2]);
    expect(heard.errors.at(-1)).toMatchObject({ code: 'AUTH' });
  });

  it.each(['AUTH', 'PERMISSION'] as const)(
    'XS-5 ends where HTTP says %s, whether that would be fatal elsewhere or not',
    async (code) => {
      const { server, heard, watch, clock } = await listener({
        async probe() {
          throw new TipstreamError({ code, fatal: false, message: 'pretend status: no' });
        },
      });
      server.refuse(403);
      watch();
      await until(() => heard.errors.length === 1);
      await clock.advance(0);
      await until(() => heard.states.includes('ended'));
      expect([server.asked, heard.errors.at(-1)?.code]).toEqual([1, code]);
    },
  );

  it.each(['NETWORK', 'TIMEOUT', 'SERVER', 'RATE_LIMITED', 'HTTP'] as const)(
    'XS-5 asks again where HTTP says %s: that is no word about the credential',
    async (code) => {
      let probes = 0;
      const { server, heard, watch, clock } = await listener(
        {
          async probe() {
            probes += 1;
            if (probes === 1) throw new TipstreamError({ code, message: 'pretend status: not now' });
          },
        },
        { random: () => 0.5 },
      );
      server.refuse(403);
      watch();
      await until(() => heard.errors.length === 1);
      server.refuse(undefined);
      await clock.advance(500);
      await until(() => heard.errors.length === 2);
      await clock.advance(1000);
      await until(() => isLive(heard.states));
      expect([probes, server.asked, heard.states.includes('ended')]).toEqual([2, 2, false]);
    },
  );

  it.each([
    [1008, 'AUTH'],
    [4400, 'AUTH'],
    [4401, 'AUTH'],
    [4403, 'PERMISSION'],
  ])('XS-5 ends with a fatal error at close code %i', async (code, name) => {
    const { server, heard, watch, clock } = await listener();
    watch();
    (await server.guest(1)).close(code, 'no');
    await until(() => heard.states.includes('ended'));
    await clock.advance(600_000);
    expect(heard.errors.map((error) => [error.code, error.fatal])).toEqual([[name, true]]);
    expect(server.asked).toBe(1);
  });

  it('XS-5 ends in peace at 4404, comes back later at 1013 and 4429, and at the usual time at any other code', async () => {
    const followsOn = async (code: number) => {
      const { server, heard, watch, statuses, stream } = await listener({}, { random: () => 0.5 });
      const ended: unknown[] = [];
      stream.on('end', (error) => ended.push(error));
      watch();
      (await server.guest(1)).close(code);
      await until(() => /waiting|ended/.test(heard.states.at(-1) ?? ''));
      const { since, retryAt = Number.NaN } = statuses.at(-1) ?? { since: 0 };
      return heard.states.at(-1) === 'ended' ? [heard.errors.length, ...ended] : retryAt - since;
    };
    expect(await followsOn(4404)).toEqual([0, undefined]);
    expect(await followsOn(1013)).toBe(12_000);
    expect(await followsOn(4429)).toBe(12_000);
    for (const code of [1000, 1001, 1011, 1012, 4999]) expect(await followsOn(code)).toBe(500);
  });

  it('XS-5 lets the platform say what its codes mean', async () => {
    const { server, heard, watch } = await listener({
      closed: (code) => (code === 4999 ? 'end' : undefined),
    });
    watch();
    (await server.guest(1)).close(4999);
    await until(() => heard.states.includes('ended'));
    expect(heard.errors).toEqual([]);
  });

  it('ends with the client, at once and for good', async () => {
    const { server, connection, heard, watch, stream, clock } = await listener();
    watch();
    const guest = await server.guest(1);
    await until(() => isLive(heard.states));
    await connection.close();
    await until(() => guest.left === 1000);
    expect(heard.states.at(-1)).toBe('ended');
    stream.subscribe(() => {});
    await until(() => heard.errors.length === 1);
    await clock.advance(600_000);
    expect(server.asked).toBe(1);
    expect(heard.errors[0]?.message).toContain('the client is closed');
  });

  it('leaves a stuck goodbye after half a second', async () => {
    const { server, clock, heard, watch } = await listener();
    const stop = watch();
    const guest: Guest = await server.guest(1);
    await until(() => isLive(heard.states));
    guest.freeze();
    stop();
    expect(clock.pending).toBe(1);
    await clock.advance(500);
    expect(clock.pending).toBe(0);
  });

  it('refuses to carry a credential over an open network, and a frame without end', async () => {
    const { watch, heard, server } = await listener({ url: () => 'ws://stream.invalid/live?token=not-a-secret' });
    watch();
    await until(() => heard.errors.length === 1);
    expect(heard.errors[0]).toMatchObject({ code: 'CONFIG', fatal: true });
    expect(heard.errors[0]?.message).not.toContain('not-a-secret');
    expect(server.asked).toBe(0);
    const other = await listener();
    other.watch();
    (await other.server.guest(1)).send('x'.repeat(11 * 1024 * 1024));
    await until(() => other.heard.errors.length === 1);
    expect(other.heard.errors[0]).toMatchObject({ code: 'SOCKET', fatal: false });
  });

  it.each([
    ['close alone', { close() {} }],
    ['send alone', { send() {} }],
    ['nothing', {}],
  ])('XS-13 what has %s is no socket', async (_what, made) => {
    function makes() {
      return made;
    }
    const { watch, heard, server } = await listener({}, { WebSocket: makes as never });
    watch();
    await until(() => heard.errors.length === 1);
    expect(heard.errors[0]?.message).toContain('makes no sockets');
    expect(server.asked).toBe(0);
  });

  it('XS-13 opens its sockets with the class that the app gives', async () => {
    const urls: string[] = [];
    const { watch, heard, server } = await listener(
      {},
      {
        WebSocket: class extends WebSocket {
          constructor(url: string, protocols?: string | string[]) {
            super(url, protocols);
            urls.push(url);
          }
        },
      },
    );
    watch();
    (await server.guest(1)).send({ n: 7 });
    await until(() => heard.numbers.length === 1);
    expect(urls).toEqual([`${server.url}/live`]);
  });

  it('EV-10 goes on when what a frame says cannot be handled: the connection is made anew', async () => {
    const { watch, heard, server, clock } = await listener();
    watch();
    (await server.guest(1)).send('no json');
    await until(() => heard.errors.length === 1);
    await clock.advance(0);
    (await server.guest(2)).send({ n: 1 });
    await until(() => heard.numbers.length === 1);
    expect(heard.errors.every((error) => isTipstreamError(error, 'SOCKET'))).toBe(true);
  });
});
