import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRelay, type RedisClient } from '../../../src/adapters/redis.ts';
import { type Clock, systemClock } from '../../../src/core/time.ts';
import { createSource, type TipEvent } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { openRedis, redisServer, tipsOf } from './support.ts';

const server = redisServer();

/** Waits after a failure take no time. */
const clock: Clock = {
  now: systemClock.now,
  after: (ms, run) => systemClock.after(ms > 2000 ? ms : 0, run),
};

type Fate = 'done' | 'not done' | 'done, and not told';

/** A client whose commands fail in turn as `fates` say, and then no more. */
function failing(redis: RedisClient, fates: readonly Fate[]): RedisClient {
  const left = [...fates];
  return {
    call: async (command, ...args) => {
      const fate = left.shift() ?? 'done';
      if (fate === 'not done') throw new Error('Connection is closed.');
      const answer = await redis.call(command, ...args);
      if (fate === 'done') return answer;
      throw new Error('Connection is closed.');
    },
    duplicate: (override) => redis.duplicate(override),
    disconnect: () => {},
    on: () => {},
  };
}

describe.skipIf(isLeftOut('Redis'))('a publication', () => {
  it('keeps the order and writes each tip once, whichever of its steps fail, and however', async () => {
    const redis = openRedis(await server());
    let run = 0;
    const fates = fc.array(fc.constantFrom<Fate>('done', 'not done', 'done, and not told'), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fates, async (fates) => {
        run += 1;
        const relay = createRelay({ redis: failing(redis, fates), key: `run ${run}`, clock });
        const source = createSource<TipEvent>({ platform: 'my-shop', clock });
        const publication = relay.publish(source.stream);
        const tips = tipsOf(1700, `run-${run}`);
        await Promise.all(tips.map(source.push));
        await publication.stop();
        const entries = await redis.xrange(`run ${run}`, '-', '+');
        expect(entries.map(([, [, json = '']]) => JSON.parse(json).id)).toEqual(tips.map(({ id }) => id));
        await redis.flushall();
      }),
      { numRuns: 15 },
    );
  });
});
