import { Redis } from 'ioredis';
import { createRedisLimiter } from '../../src/adapters/redis.ts';
import { systemClock } from '../../src/core/time.ts';

/** One of several processes that ask the same upstream, as much as they may: `redis-limit-child.ts {port of Redis} {url} {limit} {per} {at once}`. */
const [port, url = '', limit, per, atOnce] = process.argv.slice(2);
const redis = new Redis({ port: Number(port), host: '127.0.0.1' });
const limiter = createRedisLimiter({ redis, processes: 4 });

const ask = async (): Promise<void> => {
  for (;;) {
    const slot = await limiter.acquire('upstream', { limit: Number(limit), per: Number(per) }, { clock: systemClock });
    await (await fetch(url)).text();
    slot.release();
  }
};

for (let index = 0; index < Number(atOnce); index += 1) void ask();
