import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/core/client.ts';
import { get, platform } from '../../src/core/endpoint.ts';
import { readProblem } from '../../src/core/problem.ts';
import { type Reply, startServer } from '../support/server.ts';

const demo = platform({
  name: 'demo',
  problem: readProblem,
  endpoints: { things: get('/things', { response: (value) => value }) },
});

const ask = async (reply: Reply): Promise<unknown> => {
  const server = await startServer(() => reply);
  const client = connect(
    demo,
    { baseUrl: server.url, logger: false, retry: 0, timeout: 5000 },
    { credential: 'not-a-secret-token' },
  );
  onTestFinished(client.close);
  return client.things().catch((error: unknown) => error);
};

const gzip = { 'content-encoding': 'gzip', 'content-type': 'application/json' };

describe('an answer that is made to exhaust', () => {
  it('a bomb of gzip is left at ten megabytes', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, ' '));
    expect(bomb.length).toBeLessThan(2 ** 20);
    const before = process.memoryUsage().rss;
    expect(await ask({ headers: gzip, body: bomb })).toMatchObject({
      message: expect.stringContaining('larger than 10 MiB'),
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20);
  });

  it.each([
    [429, 'RATE_LIMITED'],
    [503, 'UNAVAILABLE'],
  ])(
    'a bomb of gzip that comes with %i is what its status says, with the wait that it asks for',
    async (status, code) => {
      const bomb = gzipSync(Buffer.alloc(16 * 2 ** 20, ' '));
      expect(await ask({ status, headers: { ...gzip, 'retry-after': '7' }, body: bomb })).toMatchObject({
        code,
        status,
        retryAfterMs: 7000,
        retryable: true,
      });
    },
  );

  it('a bomb in a bomb is no JSON, and is not unpacked again', async () => {
    const inner = gzipSync(gzipSync(Buffer.alloc(16 * 2 ** 20, ' ')));
    expect(await ask({ headers: gzip, body: inner })).toMatchObject({ code: 'SCHEMA' });
  });

  it('gzip that is none is an error of the network, and no crash', async () => {
    expect(await ask({ headers: gzip, body: 'not gzip at all' })).toMatchObject({ code: 'NETWORK' });
  });

  it('a failure of nearly ten megabytes is told in half a second, by its status', async () => {
    const body = JSON.stringify({ message: 'no', list: Array.from({ length: 1_200_000 }, () => 'abc') });
    const server = await startServer(() => ({ status: 500, body }));
    const client = connect(demo, { baseUrl: server.url, logger: false, retry: 0 });
    onTestFinished(client.close);
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    await expect(client.things()).rejects.toMatchObject({ code: 'SERVER', status: 500 });
    clearInterval(timer);
    expect(longest).toBeLessThan(1500);
  });

  it.each([
    ['brackets', '['.repeat(2_000_000)],
    ['objects', '{"a":'.repeat(400_000)],
    ['closed brackets', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('%s in brackets are an answer or SCHEMA, and never the end of the process', async (_, body) => {
    const result = await ask({ headers: { 'content-type': 'application/json' }, body });
    expect(result instanceof Error ? result : { code: 'SCHEMA' }).toMatchObject({ code: 'SCHEMA' });
  });

  it('a flood of headers is an error of the network', async () => {
    const headers = Object.fromEntries(Array.from({ length: 900 }, (_, nth) => [`x-flood-${nth}`, 'a'.repeat(100)]));
    expect(await ask({ headers, body: '{}' })).toMatchObject({ code: 'NETWORK' });
  });
});
