import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/core/connection.ts';
import { createLimiter } from '../../src/core/limiter.ts';
import { open } from '../../src/core/open.ts';
import type { ClientOptions } from '../../src/core/options.ts';
import { readProblem } from '../../src/core/problem.ts';
import { seconds } from '../../src/core/time.ts';
import { settle, testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';
import { gate, json, type Route, startServer } from '../support/server.ts';
import { canary, demo } from './fixture.ts';

const { endpoints } = demo;

async function connected(routes: Route | Record<string, Route>, options: ClientOptions = {}, credential = canary) {
  const server = await startServer(routes);
  const connection = open(demo, { baseUrl: server.url, logger: false, ...options }, { credential });
  return { server, connection };
}

describe('one attempt', () => {
  it('XS-4 puts the credential where the platform says: header, Bearer, query, path, or nowhere', async () => {
    const { server, connection } = await connected(() => json({ ok: true }));
    await connection.send(endpoints.plain, {});
    await connection.send(endpoints.carried, {});
    await connection.send(endpoints.asked, {});
    await connection.send(endpoints.room, { room: 'a/b ä' });
    await connection.send(endpoints.open, {});
    const [plain, carried, asked, room, bare] = server.arrivals;
    expect(plain?.headers['x-api-key']).toBe(canary);
    expect(carried?.headers.authorization).toBe(`Bearer ${canary}`);
    expect(asked?.url).toBe(`/asked?api_key=${canary}`);
    expect(room?.url).toBe(`/rooms/a%2Fb%20%C3%A4/${canary}/`);
    for (const one of [carried, asked, room, bare]) expect(one?.headers['x-api-key']).toBeUndefined();
    expect(JSON.stringify(bare)).not.toContain(canary);
  });

  it('gives the answer with its status, times, request id and rate limit', async () => {
    const clock = testClock();
    const headers = {
      date: 'Thu, 01 Jan 2026 19:59:00 GMT',
      'x-request-id': 'r-7',
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '42',
    };
    const { connection } = await connected(() => json({ events: [] }, 200, headers), { clock });
    const answer = await connection.send(endpoints.plain, {});
    expect(answer).toMatchObject({
      data: { events: [] },
      status: 200,
      receivedAt: clock.now(),
      elapsedMs: 0,
      serverDate: Date.UTC(2026, 0, 1, 19, 59),
      rateLimit: { limit: 100, remaining: 42 },
      requestId: 'r-7',
    });
  });

  it.each([5, true, {}, [], null, { get: 'word' }, Symbol('word')])('core-10 %o is no credential', (credential) => {
    expect(() => open(demo, { baseUrl: 'https://demo.test' }, { credential: credential as never })).toThrow(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('credential') }),
    );
  });

  it('CB-19 refuses to be made without an address', () => {
    expect(() => open(demo, {})).toThrow(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('baseUrl') }),
    );
  });

  it('lets an endpoint call a 400 an answer, and a text an answer', async () => {
    const { connection } = await connected({
      '/idle': () => json({ nextUrl: '/x' }, 400),
      '/word': () => ({ body: 'OK', headers: { 'content-type': 'text/plain' } }),
    });
    expect(await connection.send(endpoints.idle, {})).toMatchObject({ status: 400, data: { nextUrl: '/x' } });
    expect((await connection.send(endpoints.word, {})).data).toBe('OK');
  });
});

describe('an address that the upstream gave', () => {
  it('CB-18 is used verbatim, with the credential, at the own origin', async () => {
    const { server, connection } = await connected(() => json(1));
    await connection.send(endpoints.plain, {}, { url: `${server.url}/next/%7Etoken?i=1&i=2&x=%20` });
    expect(server.arrivals[0]?.url).toBe('/next/%7Etoken?i=1&i=2&x=%20');
    expect(server.arrivals[0]?.headers['x-api-key']).toBe(canary);
  });

  it.each(['another port', 'userinfo', 'no address'])(
    'core-10 is not followed to %s, and the credential stays',
    async (kind) => {
      const other = await startServer(() => json(1));
      const { server, connection } = await connected(() => json(1));
      const url =
        kind === 'another port'
          ? `${other.url}/x`
          : kind === 'userinfo'
            ? server.url.replace('//', '//a:b@')
            : 'http://[';
      expect(await failure(connection.send(endpoints.plain, {}, { url }))).toMatchObject({
        code: 'UPSTREAM',
        sent: 'no',
      });
      expect([...server.arrivals, ...other.arrivals]).toHaveLength(0);
    },
  );

  it('core-10 is not followed by a redirect either', async () => {
    const other = await startServer(() => json(1));
    const { server, connection } = await connected(() => ({ status: 302, headers: { location: `${other.url}/x` } }));
    expect(await failure(connection.send(endpoints.plain, {}))).toMatchObject({
      code: 'UPSTREAM',
      status: 302,
      sent: 'yes',
    });
    expect(server.arrivals).toHaveLength(1);
    expect(other.arrivals).toHaveLength(0);
  });
});

describe('failures', () => {
  it('core-1 a refused connection is NETWORK and nothing was sent', async () => {
    const { server, connection } = await connected(() => json(1));
    await server.close();
    const error = await failure(connection.send(endpoints.wallet.change, {}));
    expect(error).toMatchObject({
      code: 'NETWORK',
      sent: 'no',
      retryable: true,
      attempts: 1,
      platform: 'demo',
      endpoint: 'wallet.change',
    });
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('core-1 a connection that is reset is NETWORK and the request may have been seen', async () => {
    const { connection } = await connected(() => 'reset');
    expect(await failure(connection.send(endpoints.plain, {}))).toMatchObject({ code: 'NETWORK', sent: 'maybe' });
  });

  it('core-1 a fetch that throws anything at all is NETWORK', async () => {
    const thrown = [
      'words',
      new Error('Network connection lost.'),
      Object.assign(new TypeError('x'), { code: 'ECONNRESET' }),
      null,
    ];
    for (const one of thrown) {
      const connection = open(demo, { baseUrl: 'http://127.0.0.1:1', fetch: () => Promise.reject(one), logger: false });
      expect(await failure(connection.send(endpoints.plain, {}))).toMatchObject({ code: 'NETWORK' });
    }
  });

  it('a body that breaks off after a 200 carries that status', async () => {
    const { connection } = await connected(() => ({ body: { events: ['a', 'b'] }, cutAfter: 10 }));
    expect(await failure(connection.send(endpoints.plain, {}))).toMatchObject({
      code: 'NETWORK',
      status: 200,
      sent: 'yes',
      message: 'demo plain: 200, the answer broke off',
    });
  });

  it('a body that never ends is TIMEOUT, also where the fetch of the app does not hear the signal', async () => {
    const clock = testClock();
    let left = 0;
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"events":[]}')),
      cancel() {
        left += 1;
      },
    });
    const connection = open(demo, {
      baseUrl: 'http://127.0.0.1:1',
      fetch: async () => new Response(body),
      clock,
      logger: false,
    });
    const answer = failure(connection.send(endpoints.plain, {}));
    await settle();
    await clock.advance(seconds(10));
    expect(await answer).toMatchObject({ code: 'TIMEOUT', sent: 'yes' });
    expect(left).toBe(1);
  });

  it('an HTML page instead of JSON is SCHEMA and carries its status', async () => {
    const { connection } = await connected(() => ({ body: '<html>login</html>' }));
    expect(await failure(connection.send(endpoints.plain, {}))).toMatchObject({ code: 'SCHEMA', status: 200 });
  });

  it('XS-7 an answer of another shape is named by place and kind, never by content; unknown fields are kept', async () => {
    let body: unknown = { text: { name: 'hush' } };
    const { connection } = await connected(() => json(body));
    const error = await failure(connection.send(endpoints.typed, {}));
    expect(error.code).toBe('SCHEMA');
    expect(error.message).toContain('text: invalid_type');
    expect(JSON.stringify(error)).not.toContain('hush');
    body = { text: 'a', more: 1 };
    expect((await connection.send(endpoints.plain, {})).data).toEqual(body);
  });

  it('EV-11 each error carries platform, status, code, cause and time', async () => {
    const clock = testClock();
    const { connection } = await connected(() => json({}, 500), { clock });
    const error = await failure(connection.send(endpoints.plain, {}));
    expect(error).toMatchObject({
      platform: 'demo',
      endpoint: 'plain',
      status: 500,
      code: 'SERVER',
      method: 'GET',
      at: clock.now(),
    });
    expect(error).toBeInstanceOf(Error);
  });

  it.each([
    [400, 'VALIDATION'],
    [401, 'AUTH'],
    [403, 'PERMISSION'],
    [404, 'NOT_FOUND'],
    [409, 'CONFLICT'],
    [429, 'RATE_LIMITED'],
    [500, 'SERVER'],
    [503, 'UNAVAILABLE'],
  ])('EV-12 tells a %i apart as %s', async (status, code) => {
    const { connection } = await connected(() => ({ status }));
    expect(await failure(connection.send(endpoints.plain, {}))).toMatchObject({ status, code, sent: 'yes' });
  });

  it('core-23 the message is one line that says what to do', async () => {
    const { connection } = await connected(() => json({}, 401));
    const error = await failure(connection.send(endpoints.plain, {}));
    expect(error.message).toBe('demo plain: 401, the token was refused; make a new one with the scope "Demo"');
    expect(error).toMatchObject({ fatal: true, retryable: false, attempts: 1 });
  });

  it('core-7 a Retry-After date is measured against the Date of the answer, not against this machine', async () => {
    const headers = { date: 'Fri, 02 Jan 2026 08:00:00 GMT', 'retry-after': 'Fri, 02 Jan 2026 08:00:30 GMT' };
    const { connection } = await connected(() => json({}, 429, headers), { clock: testClock() });
    expect((await failure(connection.send(endpoints.plain, {}))).retryAfterMs).toBe(seconds(30));
  });

  it('core-6 a 429 that only says when its window starts anew, says by that how long to wait', async () => {
    const { connection } = await connected(() => json({}, 429, { 'x-ratelimit-reset': '40' }), { clock: testClock() });
    expect((await failure(connection.send(endpoints.plain, {}))).retryAfterMs).toBe(seconds(40));
  });

  it('XS-1 the request id is that of the headers, else that of the body', async () => {
    const telling = { ...endpoints.plain, problem: readProblem };
    const body = { error: { code: 'X', message: 'no' }, request_id: 'from-body' };
    const { connection } = await connected(({ nth }) =>
      json(body, 409, nth === 1 ? { 'x-request-id': 'from-header' } : {}),
    );
    expect((await failure(connection.send(telling, {}))).requestId).toBe('from-header');
    expect(await failure(connection.send(telling, {}))).toMatchObject({
      requestId: 'from-body',
      problem: { message: 'no' },
    });
  });

  it('core-12 a body that is too large or breaks its reader is let go of', async () => {
    let cancelled = 0;
    const body = () =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(2 ** 22)),
        cancel() {
          cancelled += 1;
        },
      });
    const connection = open(demo, {
      baseUrl: 'https://demo.example',
      fetch: async () => new Response(body()),
      logger: false,
    });
    expect((await failure(connection.send(endpoints.plain, {}))).code).toBe('SCHEMA');
    await settle();
    expect(cancelled).toBe(1);
  });

  it('core-12 a body beyond 10 MiB is not read to its end', async () => {
    let written = 0;
    const { connection } = await connected((_, response) => {
      const chunk = Buffer.alloc(2 ** 20, ' ');
      const more = (): void => {
        while (written < 60 && !response.destroyed) {
          written += 1;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      more();
      return undefined;
    });
    expect(await failure(connection.send(endpoints.plain, {}))).toMatchObject({ code: 'SCHEMA', status: 200 });
    expect(written).toBeLessThan(40);
  });
});

describe('time', () => {
  it('EV-14 an attempt is given up after 10 seconds', async () => {
    const clock = testClock();
    const { server, connection } = await connected(() => 'silence', { clock });
    const sent = failure(connection.send(endpoints.plain, {}));
    await server.arrived(1);
    await clock.advance(seconds(10) - 1);
    await clock.advance(1);
    expect(await sent).toMatchObject({ code: 'TIMEOUT', sent: 'maybe', elapsedMs: seconds(10) });
    expect(clock.pending).toBe(0);
  });

  it('core-3 the time limit covers the look for a credential, the first one too', async () => {
    const clock = testClock();
    const connection = open(
      demo,
      { baseUrl: 'http://127.0.0.1:1', clock, logger: false, timeout: seconds(30) },
      { credential: () => new Promise<string>(() => {}) },
    );
    let over = false;
    const sent = failure(connection.send(endpoints.slow, {})).finally(() => {
      over = true;
    });
    await clock.advance(seconds(30) - 1);
    expect(over).toBe(false);
    await clock.advance(1);
    expect(await sent).toMatchObject({ code: 'TIMEOUT', sent: 'no', message: expect.stringContaining('provider') });
    expect(clock.pending).toBe(0);
  });

  it('core-3 the time limit covers the body', async () => {
    const clock = testClock();
    const { server, connection } = await connected(
      (_, response) => {
        response.write('[1,');
        return undefined;
      },
      { clock },
    );
    const sent = failure(connection.send(endpoints.plain, {}, { timeout: 400 }));
    await server.arrived(1);
    await settle(20);
    await clock.advance(400);
    expect(await sent).toMatchObject({ code: 'TIMEOUT' });
  });

  it('EV-47 one clock and one fetch stand behind every wait and every request', async () => {
    const clock = testClock();
    const connection = open(demo, {
      baseUrl: 'http://127.0.0.1:1',
      clock,
      fetch: () => new Promise(() => {}),
      logger: false,
    });
    const sent = failure(connection.send(endpoints.plain, {}));
    await clock.advance(seconds(10));
    expect((await sent).code).toBe('TIMEOUT');
  });
});

describe('abort', () => {
  const reason = new Error('enough');
  const aborted = async (
    connection: Connection,
    send: (signal: AbortSignal) => Promise<unknown>,
    ready: () => Promise<unknown>,
  ) => {
    const controller = new AbortController();
    const sent = failure(send(controller.signal));
    await ready();
    controller.abort(reason);
    let turns = 0;
    const error = await Promise.race([
      sent,
      (async () => {
        for (; turns < 20; turns += 1) await Promise.resolve();
        throw new Error('it was not at once');
      })(),
    ]);
    expect(error).toMatchObject({ code: 'ABORTED', cause: reason });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    await connection.close();
  };

  it('core-4 in the queue rejects at once and gives the place back', async () => {
    const clock = testClock();
    const { server, connection } = await connected(() => json(1), { clock });
    await connection.send(endpoints.slow, {});
    await aborted(
      connection,
      (signal) => connection.send(endpoints.slow, {}, { signal }),
      () => settle(),
    );
    expect(server.arrivals).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('core-4 before the headers rejects at once and ends the request', async () => {
    const clock = testClock();
    const { server, connection } = await connected(() => 'silence', { clock });
    await aborted(
      connection,
      (signal) => connection.send(endpoints.plain, {}, { signal }),
      () => server.arrived(1),
    );
    await expect.poll(() => server.aborted).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('core-4 in the body rejects at once', async () => {
    const wrote = gate();
    const { server, connection } = await connected((_, response) => {
      response.write('[1,', () => wrote.open());
      return undefined;
    });
    await aborted(
      connection,
      (signal) => connection.send(endpoints.plain, {}, { signal }),
      async () => {
        await wrote.opened;
        await settle(20);
      },
    );
    await expect.poll(() => server.aborted).toBe(1);
  });

  it('core-4 in the credential rejects at once', async () => {
    const connection = open(
      demo,
      { baseUrl: 'http://127.0.0.1:1', logger: false },
      { credential: () => new Promise<string>(() => {}) },
    );
    await aborted(
      connection,
      (signal) => connection.send(endpoints.plain, {}, { signal }),
      () => settle(),
    );
  });

  it('core-4 with a fetch that hears no signal rejects at once, and lets go of the answer that comes too late', async () => {
    const late = gate();
    let cancelled = false;
    const body = new ReadableStream({
      cancel() {
        cancelled = true;
      },
    });
    const connection = open(demo, {
      baseUrl: 'http://127.0.0.1:1',
      logger: false,
      fetch: async () => {
        await late.opened;
        return new Response(body);
      },
    });
    await aborted(
      connection,
      (signal) => connection.send(endpoints.plain, {}, { signal }),
      () => settle(),
    );
    late.open();
    await settle();
    expect(cancelled).toBe(true);
  });

  it('a signal that has aborted before sends nothing, and asks for no credential', async () => {
    const server = await startServer(() => json(1));
    let asked = 0;
    const credential = () => {
      asked += 1;
      return canary;
    };
    const connection = open(demo, { baseUrl: server.url, logger: false }, { credential });
    const error = await failure(connection.send(endpoints.plain, {}, { signal: AbortSignal.abort(reason) }));
    expect(error).toMatchObject({ code: 'ABORTED', cause: reason, sent: 'no' });
    expect([server.arrivals.length, asked]).toEqual([0, 0]);
  });

  it('core-5 a thousand calls leave no listener on a shared signal', async () => {
    const { signal } = new AbortController();
    const options = { signal };
    let most = 0;
    const connection = open(demo, {
      baseUrl: 'http://127.0.0.1:1',
      logger: false,
      fetch: async () => {
        most = Math.max(most, getEventListeners(signal, 'abort').length);
        return Response.json(1);
      },
    });
    for (let call = 0; call < 1000; call += 1) await connection.send(endpoints.plain, {}, options);
    expect(most).toBe(1);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('a credential in the path', () => {
  it('core-10 is shown by no error, be it short or in an address that the upstream gave', async () => {
    const { server, connection } = await connected(() => json({}, 500), {}, 'abc');
    const own = await failure(connection.send(endpoints.room, { room: 'r' }));
    const given = await failure(
      connection.send(endpoints.room, { room: 'r' }, { url: `${server.url}/rooms/r/abc/?i=1` }),
    );
    expect(server.arrivals.map(({ url }) => url)).toEqual(['/rooms/r/abc/', '/rooms/r/abc/?i=1']);
    expect([own.url, given.url]).toEqual([`${server.url}/rooms/r/***/`, `${server.url}/rooms/r/***/?i=1`]);
  });
});

describe('closing', () => {
  it('ends every call in flight, runs what was left for it, and refuses new calls', async () => {
    const { server, connection } = await connected(() => 'silence');
    const seen: string[] = [];
    connection.onClose(() => void seen.push('kept'));
    connection.onClose(() => void seen.push('forgotten'))();
    const sent = failure(connection.send(endpoints.plain, {}));
    await server.arrived(1);
    await connection.close();
    expect((await sent).code).toBe('ABORTED');
    expect(seen).toEqual(['kept']);
    expect(connection.closed).toBe(true);
    expect((await failure(connection.send(endpoints.plain, {}))).message).toContain('closed');
    expect(server.arrivals).toHaveLength(1);
  });

  it('core-5 follows the signal of the options and leaves no listener there', async () => {
    const controller = new AbortController();
    const { connection } = await connected(() => json(1), { signal: controller.signal });
    controller.abort();
    await settle();
    expect(connection.closed).toBe(true);
    const other = new AbortController();
    const { connection: second } = await connected(() => json(1), { signal: other.signal });
    await second.close();
    expect(getEventListeners(other.signal, 'abort')).toHaveLength(0);
  });
});

describe('the queue', () => {
  it('core-11 clients that share a limiter share the limit of one credential, and no other', async () => {
    const clock = testClock();
    const limiter = createLimiter();
    const server = await startServer(() => json(1));
    const client = (credential: string) =>
      open(demo, { baseUrl: server.url, clock, limiter, logger: false }, { credential });
    const [one, same, other] = [client(canary), client(canary), client('another-not-secret')];
    await one.send(endpoints.slow, {});
    const waits = same.send(endpoints.slow, {});
    await other.send(endpoints.slow, {});
    await settle();
    expect(server.arrivals).toHaveLength(2);
    expect(same.rateLimits()).toMatchObject({ slow: { limit: 1, remaining: 0, waiting: 1 } });
    await clock.advance(60_000);
    await waits;
    expect(server.arrivals).toHaveLength(3);
  });

  it('core-11 one 429 holds back what is queued in its class, and nothing else', async () => {
    const clock = testClock();
    let limited = true;
    const { server, connection } = await connected(
      () => (limited ? json({}, 429, { 'retry-after': '120' }) : json(1)),
      { clock },
    );
    await failure(connection.send(endpoints.slow, {}));
    limited = false;
    const held = connection.send(endpoints.slow, {});
    await connection.send(endpoints.plain, {});
    await clock.advance(seconds(119));
    expect(server.arrivals).toHaveLength(2);
    await clock.advance(seconds(1));
    await held;
    expect(server.arrivals).toHaveLength(3);
  });

  it('core-4 an attempt that fails gives its place back', async () => {
    const { connection } = await connected(() => 'reset', { limiter: createLimiter() });
    await failure(connection.send(endpoints.slow, {}));
    expect(connection.rateLimits().slow).toMatchObject({ waiting: 0 });
  });

  it('limiter: false counts nothing', async () => {
    const { server, connection } = await connected(() => json(1), { limiter: false, clock: testClock() });
    await Promise.all([1, 2, 3].map(() => connection.send(endpoints.slow, {})));
    expect(server.arrivals).toHaveLength(3);
    expect(connection.rateLimits()).toEqual({});
  });
});

describe('the account', () => {
  const keyOf = (connection: Connection) => connection.call(endpoints.plain, undefined, connection.accountKey);

  it('core-10 is known by the SHA-256 of its credential', async () => {
    const connection = open(demo, { baseUrl: 'https://demo.example' }, { credential: 'abcd' });
    expect(await keyOf(connection)).toBe('88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589');
  });

  it('stays the same while its credential changes, where it has a name', async () => {
    const key = (credential: string) =>
      keyOf(open(demo, { baseUrl: 'https://demo.example' }, { credential, account: 'alice' }));
    expect(await key('one-not-secret')).toBe(await key('two-not-secret'));
  });
});
