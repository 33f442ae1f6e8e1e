import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { hints } from '../../src/mock/faults.ts';
import type { Fault } from '../../src/mock/index.ts';
import { testClock } from '../support/clock.ts';
import { ask, drain, follow, serve } from './serve.ts';

const fast = { seed: 7, pace: Number.POSITIVE_INFINITY };

/** An answer to its very end, or how its connection ended. */
const raw = (url: string, headers: Record<string, string> = {}) =>
  new Promise<{ status?: number | undefined; headers: Record<string, unknown>; text: string; end: string }>(
    (resolve) => {
      const agent = new Agent();
      let text = '';
      get(url, { agent, headers }, (answer) => {
        const done = (end: string) => resolve({ status: answer.statusCode, headers: answer.headers, text, end });
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        answer.once('end', () => done('whole')).once('error', ({ message }) => done(message));
      }).once('error', (error: Error & { code?: string }) =>
        resolve({ headers: {}, text, end: error.code ?? error.message }),
      );
    },
  );

describe('each failure', () => {
  it.each([
    ['status:500', 500, 'whole'],
    ['401', 401, 'whole'],
    ['403', 403, 'whole'],
    ['503', 503, 'whole'],
    ['429', 429, 'whole'],
    ['html', 200, 'whole'],
    ['html:503', 503, 'whole'],
    ['failure', 200, 'whole'],
    ['malformed', 200, 'whole'],
    ['redirect', 302, 'whole'],
    ['slow:50', 200, 'whole'],
    ['latency:1', 200, 'whole'],
    ['truncated', 200, 'aborted'],
    ['reset', undefined, 'ECONNRESET'],
  ])(
    'EV-32 `%s` is asked for by one request, in its header or its query, and costs no tip',
    async (scenario, status, end) => {
      const { url, faults, script } = await serve({ ...fast, platforms: ['camsoda'], limit: 8 });
      const answers = [
        await raw(`${url}/events/camsoda?mock=${scenario}`),
        await raw(`${url}/events/camsoda`, { 'x-mock-scenario': scenario }),
      ];
      for (const answer of answers) expect([answer.status, answer.end]).toEqual([status, end]);
      expect(Object.values(faults.camsoda ?? {})).toEqual([2]);
      const arrived = ['slow:50', 'latency:1'].includes(scenario) ? 8 : 0;
      expect(await drain(`${url}/events/camsoda`)).toHaveLength(script().length - arrived);
    },
  );

  it('EV-32 malformed JSON is broken, an HTML page is one, a truncated body is half of what was announced', async () => {
    const { url } = await serve(fast);
    const answer = (scenario: string) => raw(`${url}/events/stripchat?mock=${scenario}`);
    const malformed = await answer('malformed');
    expect(malformed.headers['content-type']).toBe('application/json');
    expect(() => JSON.parse(malformed.text)).toThrow(SyntaxError);
    const page = await answer('html:502');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.text).toMatch(/^<!doctype html>/);
    const half = await answer('truncated');
    expect(half.text.length).toBe(Math.floor(Number(half.headers['content-length']) / 2));
    expect(JSON.parse((await raw(`${url}/events/camsoda?mock=failure`)).text)).toEqual({ success: false });
  });

  it('EV-32 a reset is one: the connection is not closed, it is cut', async () => {
    const { port } = await serve({ ...fast, scenario: 'reset' });
    const socket = connect(port, '127.0.0.1');
    const ended = new Promise((resolve) => {
      socket
        .once('end', () => resolve('closed'))
        .once('error', (error: Error & { code?: string }) => resolve(error.code));
    });
    socket.write('GET /events/stripchat HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
    expect(await ended).toBe('ECONNRESET');
  });

  it('EV-32 429 says its wait in each of the known ways', async () => {
    const clock = testClock(Date.UTC(2026, 0, 1, 20, 0, 0, 500));
    const { url } = await serve({ ...fast, clock });
    const answer = async (hint: string) => {
      const { headers, body } = await ask(`${url}/events/stripchat?mock=429:${hint}:2`);
      const said = [...headers]
        .filter(([name]) => /^retry|ratelimit/.test(name))
        .map(([name, value]) => `${name}: ${value}`);
      return [...said, ...('retry_after' in body ? [`body: ${body.retry_after}`] : [])];
    };
    expect(Object.fromEntries(await Promise.all(hints.map(async (hint) => [hint, await answer(hint)])))).toEqual({
      seconds: ['retry-after: 2'],
      fraction: ['retry-after: 1.75'],
      date: ['retry-after: Thu, 01 Jan 2026 20:00:03 GMT'],
      body: ['body: 2'],
      'reset-delta': ['x-ratelimit-remaining: 0', 'x-ratelimit-reset: 2'],
      'reset-seconds': ['ratelimit-remaining: 0', `ratelimit-reset: ${Date.UTC(2026, 0, 1, 20, 0, 3) / 1000}`],
      'reset-milliseconds': ['x-ratelimit-remaining: 0', `x-ratelimit-reset: ${Date.UTC(2026, 0, 1, 20, 0, 2, 500)}`],
      ratelimit: ['ratelimit: "events";r=0;t=2', 'ratelimit-policy: "events";q=120;w=60'],
      none: [],
    });
  });

  it('EV-32 a slow answer takes its time', async () => {
    const clock = testClock();
    const { url, requests } = await serve({ ...fast, clock, scenario: 'latency:12000' });
    let answered = false;
    const asked = ask(`${url}/events/stripchat`).finally(() => {
      answered = true;
    });
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(11_999);
    expect([answered, requests[0]?.fault]).toEqual([false, 'latency']);
    await clock.advance(1);
    expect((await asked).body.events.length).toBeGreaterThan(0);
  });

  it('EV-32 a whole mock has a scenario, which a request may still change', async () => {
    const { url } = await serve({ ...fast, scenario: 'status:503' });
    expect((await ask(`${url}/events/camsoda`)).status).toBe(503);
    expect((await ask(`${url}/events/camsoda?mock=401`)).status).toBe(401);
    const empty = await serve({ ...fast, scenario: 'empty' });
    expect((await ask(`${empty.url}/events/camsoda`)).body).toEqual({ success: true, events: [] });
    expect((await ask(`${empty.url}/events/a/b/?timeout=0`)).status).toBe(400);
    const second = await serve({ ...fast, scenario: 'format:2', platforms: ['camsoda'] });
    expect((await ask(`${second.url}/events/camsoda`)).body.events.every((event) => 'user' in event)).toBe(true);
    expect(await ask(`${url}/events/camsoda?mock=storm`)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('"storm" is no scenario') },
    });
  });

  it('a `nextUrl` can lead to another host', async () => {
    const { url } = await serve({ ...fast, limit: 4 });
    const { body } = await ask(`${url}/events/some_body/not-a-secret-token/?mock=foreign-next`);
    expect(new URL(body.nextUrl ?? '').host).toBe('elsewhere.invalid');
    expect(body.events.length).toBeGreaterThan(0);
  });

  it('the next requests of a platform fail as a test says, then no more', async () => {
    const server = await serve(fast);
    server.fail('reset', { platform: 'stripchat', times: 2 });
    server.fail({ kind: 'status', status: 502 });
    expect((await ask(`${server.url}/events/camsoda`)).status).toBe(502);
    expect((await raw(`${server.url}/events/stripchat`)).end).toBe('ECONNRESET');
    expect((await raw(`${server.url}/events/stripchat`)).end).toBe('ECONNRESET');
    expect((await ask(`${server.url}/events/stripchat`)).status).toBe(200);
    expect((await ask(`${server.url}/events/camsoda`)).status).toBe(200);
    expect(server.faults).toEqual({ camsoda: { '502': 1 }, stripchat: { reset: 2 } });
    expect(() => server.fail('quiet')).toThrow('mock: "quiet" is no failure');
  });
});

describe('an evening with failures', () => {
  it('a list gives each platform its failures in the order of its requests', async () => {
    const list: (Fault | undefined)[] = [undefined, { kind: 'status', status: 500 }, { kind: 'status', status: 503 }];
    const { url } = await serve({ ...fast, faults: list });
    const statuses = async (path: string) => {
      const row = [];
      for (let turn = 0; turn < 4; turn += 1) row.push((await ask(url + path)).status);
      return row;
    };
    expect(await Promise.all([statuses('/events/camsoda'), statuses('/events/stripchat')])).toEqual([
      [200, 500, 503, 200],
      [200, 500, 503, 200],
    ]);
  });

  it.each([1, 7, 'storm', 42])('with seed %s no tip is lost, doubled or moved', async (seed) => {
    const evening = { ...fast, seed, limit: 120, pageSize: 2, backlog: 0 };
    const calm = await serve(evening);
    const stormy = await serve({ ...evening, faults: { rate: 0.4 } });
    const all = (url: string) =>
      Promise.all([
        drain(`${url}/events/chaturbate`),
        drain(`${url}/events/stripchat`),
        drain(`${url}/events/camsoda`),
        follow(`${url}/events/mock_room/any/?timeout=0`),
      ]);
    const timeless = (events: unknown) => JSON.stringify(events).replace(/\d{10,13}/g, 'time');
    expect(timeless(await all(stormy.url))).toBe(timeless(await all(calm.url)));
    const kinds = new Set(Object.values(stormy.faults).flatMap((counts) => Object.keys(counts)));
    expect([...kinds].sort()).toEqual(
      expect.arrayContaining(['429', '500', 'html', 'malformed', 'reset', 'truncated']),
    );
    expect(calm.faults).toEqual({});
  });

  it('even a short one has a 429, a 500, a reset and malformed JSON, at the rate that was asked for', async () => {
    for (const seed of [1, 7, 'any']) {
      const server = await serve({ ...fast, seed, scenario: 'quiet', faults: { rate: 0.2 } });
      const paths = ['/events/chaturbate', '/events/stripchat', '/events/camsoda', '/events/a/b/?timeout=0'];
      for (const path of paths) for (let turn = 0; turn < 10; turn += 1) await raw(server.url + path);
      const counts = Object.values(server.faults).flatMap((kinds) => Object.entries(kinds));
      expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBe(8);
      expect(counts.map(([kind]) => kind)).toEqual(expect.arrayContaining(['429', '500', 'reset', 'malformed']));
    }
  });

  it('fails in the same way again with the same seed, whoever asks first', async () => {
    const paths = ['/events/camsoda', '/events/stripchat'];
    const evening = async (order: readonly string[]) => {
      const server = await serve({ ...fast, faults: { rate: 0.3 } });
      for (const path of order) for (let turn = 0; turn < 10; turn += 1) await raw(server.url + path);
      return paths.map((path) => server.requests.filter((each) => each.path === path).map(({ fault }) => fault));
    };
    expect(await evening(paths)).toEqual(await evening([...paths].reverse()));
  });
});
