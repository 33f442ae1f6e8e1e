import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RedisClient, redisStore } from '../../../src/adapters/redis.ts';
import { isTipstreamError } from '../../../src/index.ts';
import { testClock } from '../../support/clock.ts';
import { isLeftOut } from '../../support/engines.ts';
import { openRedis, redisServer } from './support.ts';

const server = redisServer();

describe.skipIf(isLeftOut('Redis'))('a store in Redis', () => {
  it('gives back any JSON as a fresh value, and nothing for what it does not have', async () => {
    const store = redisStore({ redis: openRedis(await server()) });
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.jsonValue(), async (key, value) => {
        await store.set(`any:${key}`, value);
        expect(await store.get(`any:${key}`)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 50 },
    );
    await store.delete('any:');
    expect(await store.get('any:')).toBeUndefined();
  });

  it('keeps what was given, and not what the caller made of it afterwards', async () => {
    const store = redisStore({ redis: openRedis(await server()) });
    const value = { cursor: 'before' };
    const writing = store.set('fresh', value);
    value.cursor = 'after';
    await writing;
    expect(await store.get('fresh')).toEqual({ cursor: 'before' });
  });

  it('rejects with STORE within its time, and says neither a password nor a value', async () => {
    const running = await server();
    const clock = testClock();
    const redis = openRedis(running);
    const store = redisStore({ redis, clock });
    await redis.ping();
    running.pause();
    const answer = store.set('slow', 'not-a-secret-value').catch((error: unknown) => error);
    await clock.advance(5000);
    running.resume();
    const error = await answer;
    expect(isTipstreamError(error, 'STORE') && [error.retryable, error.fatal]).toEqual([true, false]);
    expect(String(error)).toBe(
      "TipstreamError: redis: could not keep 'slow': no answer in 5 s; look whether the server is up and what it logs",
    );
  });

  it('is back when Redis is, also where the clock was set back by an hour meanwhile', async () => {
    let away = true;
    let now = Date.now();
    const redis: RedisClient = {
      call: async (command) => {
        if (away) throw new Error('Connection is closed.');
        return command === 'PING' ? 'PONG' : 1;
      },
      duplicate: () => redis,
      disconnect: () => {},
      on: () => {},
    };
    const store = redisStore({ redis, clock: { now: () => now, after: () => () => {} } });
    await expect(store.set('a', 1)).rejects.toMatchObject({ code: 'STORE' });
    away = false;
    now -= 3_600_000;
    await expect(store.set('a', 1)).rejects.toMatchObject({ code: 'STORE' });
    await store.set('a', 1);
  });

  it('says what somebody else spoiled, and nothing of it', async () => {
    const redis = openRedis(await server());
    await redis.set('tipstream:checkpoint:spoiled', 'not-a-name');
    const error = await redisStore({ redis })
      .get('spoiled')
      .catch((thrown: unknown) => thrown);
    expect(isTipstreamError(error, 'STORE') && error.fatal).toBe(true);
    expect(String(error)).toContain("'spoiled' is no JSON");
    expect(inspect(error)).not.toContain('not-a-name');
  });

  it('names what the server refuses, and no password', async () => {
    const running = await server();
    const redis = openRedis(running);
    const admin = openRedis(running);
    await admin.acl(
      'SETUSER',
      'reader',
      'on',
      '>not-a-secret-password',
      '~*',
      '-@all',
      '+get',
      '+select',
      '+info',
      '+client',
    );
    await redis.call('AUTH', 'reader', 'not-a-secret-password');
    const error = await redisStore({ redis })
      .set('refused', 1)
      .catch((thrown: unknown) => thrown);
    expect(isTipstreamError(error, 'STORE') && error.fatal).toBe(true);
    expect(String(error)).toContain('NOPERM');
    expect(JSON.stringify(error)).not.toContain('not-a-secret');
  });
});
