import { Redis } from 'ioredis';
import { createRedisLimiter, createRelay, redisStore } from '../../../src/adapters/redis.ts';
import { systemClock } from '../../../src/core/time.ts';
import { createSource, type TipEvent } from '../../../src/index.ts';
import { tipsOf } from './tips.ts';

// Uses everything once, lets go of it, and says so. What is left running would keep the process.
const redis = new Redis({ port: Number(process.argv[2]), host: '127.0.0.1' });
const relay = createRelay({ redis, key: 'exit' });
const source = createSource<TipEvent>({ platform: 'my-shop' });
const publication = relay.publish(source.stream);
const consumer = relay.consume({ group: 'g', consumer: 'one' });
let got = 0;
consumer.subscribe(() => {
  got += 1;
});
await Promise.all(tipsOf(100).map(source.push));
await redisStore({ redis }).set('exit', 1);
const limiter = createRedisLimiter({ redis });
const rate = { limit: 1, per: 60_000 };
(await limiter.acquire('exit', rate, { clock: systemClock })).release();
const controller = new AbortController();
const waiting = limiter.acquire('exit', rate, { clock: systemClock, signal: controller.signal }).catch(() => {});
while (got < 100) await new Promise((resolve) => setTimeout(resolve, 5));
controller.abort();
await Promise.all([waiting, publication.stop(), consumer.close()]);
redis.disconnect();
console.log('let go');
