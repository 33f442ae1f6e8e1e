import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { bearer, header, path, query } from '../../src/core/auth.ts';
import { cached } from '../../src/core/cached.ts';
import { connect } from '../../src/core/client.ts';
import { get, platform, post } from '../../src/core/endpoint.ts';
import { isTipstreamError } from '../../src/core/errors.ts';
import { consoleLogger, type Logger } from '../../src/core/logger.ts';
import { memoryCache } from '../../src/core/memory-cache.ts';
import { open } from '../../src/core/open.ts';
import type { ClientOptions } from '../../src/core/options.ts';
import { readProblem } from '../../src/core/problem.ts';
import { minutes, seconds } from '../../src/core/time.ts';
import { json, type Reply, type Route, startServer } from '../support/server.ts';

/** Each with characters that change in an address, and in JSON. */
const key = 'canary/key+not-a-secret "quoted" ä';
const password = 'canary-password\\not secret';
const name = 'canary_visitor';

/** An anonymous tip that still carries the name. */
const tip = { object: { tip: { tokens: 25, isAnon: true }, user: { username: name, gender: 'f' } } };

const strict = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !('fine' in value)) throw new TypeError('events: missing');
  return value;
};
const demo = platform({
  name: 'demo',
  rates: { slow: { limit: 100, per: minutes(1) } },
  problem: readProblem,
  endpoints: {
    header: get('/header', { auth: header('X-Api-Key'), response: strict, rate: 'slow' }),
    bearer: get('/bearer', { auth: bearer(), response: strict, rate: 'slow' }),
    query: get('/query', { auth: query('api_key'), response: strict, rate: 'slow' }),
    path: get('/events/{username}/{token}/', { auth: path('token'), response: strict, rate: 'slow' }),
    kept: get('/kept', { auth: header('X-Api-Key'), response: strict, cache: cached(minutes(1)) }),
    login: post('/login', {
      auth: bearer(),
      body: z.object({ user: z.string(), password: z.string(), refreshToken: z.string() }),
      wire: { refreshToken: 'refresh_token' },
      response: strict,
    }),
  },
});
const input = { user: 'somebody', password, refreshToken: `refresh ${password}` };
const credentials = { credential: key, params: { username: 'room' } };

/** Everything in which a secret may hide: the value itself, spelled as headers, addresses, forms and JSON spell it. */
const spellings = [key, password, name].flatMap((secret) => [
  secret,
  encodeURIComponent(secret),
  new URLSearchParams({ a: secret }).toString().slice(2),
  JSON.stringify(secret).slice(1, -1),
]);
const found = (text: string): string[] =>
  spellings.filter((spelling) => text.toLowerCase().includes(spelling.toLowerCase()));

const printed = (value: unknown): string => {
  const all = value instanceof Error ? Object.getOwnPropertyNames(value) : undefined;
  return [
    inspect(value, { depth: 20, showHidden: true, getters: true }),
    JSON.stringify(value),
    JSON.stringify(value, all),
    String(value),
    String((value as Error)?.stack),
  ].join('\n');
};

/** What a server says that repeats everything it was sent, in prose and in JSON. */
const echo = (url: string, headers: object, body: string): string =>
  `${url} ${decodeURIComponent(url)} ${JSON.stringify(headers)} ${body} the key ${key} ${body ? `and ${password}` : ''}`;
const echoing =
  (reply: (said: string) => Reply | 'reset' | 'silence'): Route =>
  ({ url, headers, body }) =>
    reply(echo(url, headers, body));

const failures: Record<string, { route: Route; options?: ClientOptions; code: readonly string[]; abort?: boolean }> = {
  'a 429 with a hint': {
    route: echoing((said) => ({
      status: 429,
      headers: { 'retry-after': '7' },
      body: { error: 'RATE_LIMIT_EXCEEDED', message: said, list: [tip] },
    })),
    code: ['RATE_LIMITED'],
  },
  'a 401': { route: echoing((said) => json({ detail: said, ...tip }, 401)), code: ['AUTH'] },
  'a 400 with fields': {
    route: echoing((said) => json({ errors: { [said]: said }, details: { [said]: said } }, 400)),
    code: ['VALIDATION'],
  },
  'a 500 with everything in details': {
    route: echoing((said) =>
      json(
        { error: { code: said, message: said, details: { said, list: [said] } }, request_id: said, timestamp: said },
        500,
      ),
    ),
    code: ['SERVER'],
  },
  'a 502 page whose text is cut within the key': {
    route: () => ({ status: 502, body: `<html>${'x'.repeat(500 - 20)} ${key}</html>` }),
    code: ['UNAVAILABLE'],
  },
  'malformed JSON as failure': {
    route: () => ({ status: 500, body: JSON.stringify({ events: [tip] }).slice(0, -30) + key }),
    code: ['SERVER'],
  },
  'malformed JSON': {
    route: echoing((said) => ({ body: `{"events":[${JSON.stringify(tip)},"${said}` })),
    code: ['SCHEMA'],
  },
  'another shape': { route: echoing((said) => json({ said, ...tip })), code: ['SCHEMA'] },
  'a body that breaks off': {
    route: echoing((said) => ({ body: JSON.stringify({ said }), cutAfter: 60 })),
    code: ['NETWORK'],
  },
  'a reset': { route: () => 'reset', code: ['NETWORK'] },
  'a redirect': {
    route: echoing((said) => ({
      status: 302,
      headers: { location: `https://elsewhere.test/?token=${encodeURIComponent(said)}` },
    })),
    code: ['UPSTREAM'],
  },
  'silence until the time limit': { route: () => 'silence', options: { timeout: 60 }, code: ['TIMEOUT'] },
  'an abort': { route: () => 'silence', code: ['ABORTED'], abort: true },
  'an address without a server': {
    route: () => 'reset',
    options: { baseUrl: 'http://127.0.0.1:1' },
    code: ['NETWORK', 'UPSTREAM'],
  },
  'a fetch that tells everything': {
    route: () => 'reset',
    options: {
      fetch: async (request) => {
        const inner = Object.assign(new Error(`${request.url} ${request.headers.get('authorization')} ${key}`), {
          code: key,
          request,
        });
        throw Object.assign(new TypeError(`fetch failed: ${request.url}`, { cause: inner }), { request, key });
      },
    },
    code: ['NETWORK'],
  },
  'a certificate': {
    route: () => 'reset',
    options: {
      fetch: async (request) => {
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error(`self-signed certificate for ${request.url} ${key}`), {
            code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
          }),
        });
      },
    },
    code: ['TLS'],
  },
};

describe('canary', () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): unknown => unhandled.push(error);
  beforeAll(() => void process.on('unhandledRejection', note));
  afterAll(() => void process.off('unhandledRejection', note));

  for (const [what, { route, options = {}, code, abort = false }] of Object.entries(failures)) {
    test(`core-10 XS-8 EV-46 ${what}: no secret and no anonymous name in error, log or telemetry`, async () => {
      const server = await startServer(route);
      const out: unknown[] = [];
      const log = (line: string): void => void out.push(line);
      const logger: Logger = { ...consoleLogger('debug'), debug: log, info: log, warn: log, error: log };
      const all: ClientOptions = {
        baseUrl: server.url,
        logger,
        telemetry: (event) => out.push(event),
        retry: 0,
        limiter: false,
        ...options,
      };
      const connection = open(demo, all, credentials);
      const client = connect(demo, all, credentials);
      const { endpoints } = demo;
      const begin = (): AbortSignal | undefined => {
        if (!abort) return undefined;
        const controller = new AbortController();
        server.arrived(server.arrivals.length + 1).then(() => controller.abort());
        return controller.signal;
      };
      const calls = [
        ...[endpoints.header, endpoints.bearer, endpoints.query, endpoints.path].map(
          (each) => () => connection.send(each, {}, { signal: begin() }),
        ),
        () =>
          connection.send(
            endpoints.path,
            {},
            { url: `${server.url}/events/room/${encodeURIComponent(key)}/?i=1`, signal: begin() },
          ),
        () => client.header({}, { signal: begin() }),
        () => client.kept.withMeta({}, { signal: begin() }),
        () => client.login(input, { signal: begin() }),
      ];
      for (const call of calls) {
        const error = await call().then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (!isTipstreamError(error)) throw new Error(`${what} gave no error of ours: ${String(error)}`);
        expect(code).toContain(error.code);
        out.push(error, error.problem?.details);
      }
      await Promise.all([connection.close(), client.close()]);
      expect(out.length).toBeGreaterThanOrEqual(calls.length * 2);
      for (const each of out) expect(found(printed(each)), printed(each)).toEqual([]);
    });
  }

  test('core-10 an address that holds a credential, and a next address elsewhere, are refused without repeating them', async () => {
    const server = await startServer(() => json({}));
    const thrown: unknown[] = [];
    try {
      open(demo, { baseUrl: `https://user:${encodeURIComponent(password)}@host.test/` }, credentials);
    } catch (error) {
      thrown.push(error);
    }
    const connection = open(demo, { baseUrl: server.url, logger: false }, credentials);
    for (const url of [
      `https://elsewhere.test/${encodeURIComponent(key)}/`,
      `http://u:${encodeURIComponent(password)}@127.0.0.1/`,
      `https://[${key}`,
    ])
      await connection.send(demo.endpoints.path, {}, { url }).catch((error) => thrown.push(error));
    expect(thrown).toHaveLength(4);
    for (const each of thrown) expect(found(printed(each)), printed(each)).toEqual([]);
    expect(server.arrivals).toHaveLength(0);
  });

  test('core-10 a credential that cannot be had tells nothing of what was tried', async () => {
    const server = await startServer(() => json({}));
    const provider = {
      get: async () => key,
      refresh: async (stale: string) => {
        throw Object.assign(new Error(`POST /token?refresh_token=${stale} ${password}`), { stale });
      },
    };
    const connection = open(
      demo,
      { baseUrl: server.url, logger: false },
      { credential: () => Promise.reject(new Error(`vault?token=${encodeURIComponent(password)}`)) },
    );
    const error = await connection.send(demo.endpoints.header, {}).catch((thrown: unknown) => thrown);
    expect(found(printed(error)), printed(error)).toEqual([]);
    const refused = await startServer(() => json({ message: 'expired' }, 401));
    const client = connect(demo, { baseUrl: refused.url, logger: false, retry: 0 }, { credential: provider });
    const second = await client.header().catch((thrown: unknown) => thrown);
    expect(isTipstreamError(second, 'AUTH')).toBe(true);
    expect(
      found(printed(second)).filter((each) => !each.includes('password')),
      printed(second),
    ).toEqual([]);
  });

  test('core-10 EV-46 with DEBUG an answer that is right is logged without secret and anonymous name', async () => {
    const server = await startServer(() =>
      json({ fine: true, access_token: key, list: [{ note: `again ${key}` }, tip] }),
    );
    const lines: string[] = [];
    const logger: Logger = { ...consoleLogger('debug'), debug: (line) => void lines.push(line) };
    const connection = open(demo, { baseUrl: server.url, logger }, credentials);
    await connection.send(demo.endpoints.query, {});
    expect(lines.join()).toContain('"tokens":25');
    expect(found(lines.join())).toEqual([]);
  });

  test('core-10 XS-8 a cache key and the state of the limiter hold no credential', async () => {
    const server = await startServer(() => json({ fine: true }));
    const keys: unknown[] = [];
    const memory = memoryCache();
    const store = {
      get: (cacheKey: string) => {
        keys.push(cacheKey);
        return memory.get(cacheKey);
      },
      set: (cacheKey: string, value: unknown, ttl?: number) => {
        keys.push(cacheKey, value);
        memory.set(cacheKey, value, ttl);
      },
      delete: memory.delete,
    };
    const limiterKeys: string[] = [];
    const limiter = {
      acquire: async (limiterKey: string) => {
        limiterKeys.push(limiterKey);
        return { release() {} };
      },
      state: () => undefined,
    };
    const client = connect(
      demo,
      { baseUrl: server.url, cache: store, limiter, logger: false, deadline: seconds(5) },
      credentials,
    );
    await client.kept();
    await client.header();
    expect(keys.length).toBeGreaterThan(2);
    expect(limiterKeys).toHaveLength(1);
    expect(found(printed([keys, limiterKeys, client.rateLimits(), client]))).toEqual([]);
  });

  test('core-16 leaves no rejection that nobody handled', () => {
    expect(unhandled).toEqual([]);
  });
});
