import { describe, expect, it } from 'vitest';
import { createRedisLimiter, createRelay, redisStore } from '../../../src/adapters/redis.ts';
import { createChaturbate } from '../../../src/chaturbate/index.ts';
import { createMockServer } from '../../../src/mock/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { openRedis, redisServer, until } from './support.ts';

const server = redisServer();
const token = 'not-a-secret-chaturbate-token';

describe.skipIf(isLeftOut('Redis'))('what lies in Redis', () => {
  it.each(['real', 'contract'] as const)(
    'holds neither a credential nor the name behind an anonymous tip, in the %s dialect',
    async (dialect) => {
      const redis = openRedis(await server());
      await redis.flushall();
      const mock = await createMockServer({
        port: 0,
        scenario: 'quiet',
        platforms: ['chaturbate'],
        rooms: [{ platform: 'chaturbate', dialect, channel: 'mira' }],
      });
      const account =
        dialect === 'real'
          ? { username: 'mira', token, baseUrl: mock.url, longPoll: 0 }
          : { eventsUrl: `${mock.url}/events/chaturbate`, broadcaster: 'mira', apiKey: token };
      const client = createChaturbate({
        ...account,
        limiter: createRedisLimiter({ redis }),
        checkpoint: redisStore({ redis }),
        logger: false,
      });
      const relay = createRelay({ redis });
      const publication = relay.publish(client.tips({ interval: 50 }));
      const give = (message: string, anonymous: boolean): void =>
        void mock.tip('chaturbate', { dialect, channel: 'mira', amount: 5, tipper: 'not-a-name', anonymous, message });
      for (let n = 0; n < 3; n += 1) give(`${n}`, true);
      await until(async () => publication.stats().published >= 3);
      await until(async () => (await redis.keys('tipstream:checkpoint:*')).length > 0);
      await publication.stop();
      const found: string[] = [];
      for (const key of await redis.keys('*')) {
        const type = await redis.type(key);
        const value = {
          string: () => redis.get(key),
          hash: () => redis.hgetall(key),
          list: () => redis.lrange(key, 0, -1),
          set: () => redis.smembers(key),
          stream: () => redis.xrange(key, '-', '+'),
        }[type];
        found.push(key, JSON.stringify(await value?.()));
      }
      // Everything is there that should be: limit, cursor, tips, ids.
      for (const part of ['tipstream:limit:', 'tipstream:checkpoint:', '"tip"', ':ids:young'])
        expect(found.filter((text) => text.includes(part)).length).toBeGreaterThan(0);
      for (const secret of [token, encodeURIComponent(token), 'not-a-name'])
        expect(found.filter((text) => text.includes(secret))).toEqual([]);
      await client.close();
      await mock.close();
    },
  );
});
