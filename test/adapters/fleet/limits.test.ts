import { expect, it } from 'vitest';
import { createRedisLimiter } from '../../../src/adapters/redis.ts';
import type { Limiter } from '../../../src/core/limiter.ts';
import { isLeftOut } from '../../support/engines.ts';
import { startGround, until } from './support.ts';

const rooms = ['ann', 'ben', 'cid', 'dan', 'eve', 'fay'];
const limit = 8;

it.skipIf(isLeftOut('Redis'))(
  'a limit holds over all workers of a fleet that were given a shared limiter',
  async () => {
    const ground = await startGround(rooms);
    const fleet = ground.fleet();
    await fleet.add(rooms.map(ground.channel));
    for (const name of ['first', 'second']) {
      const shared = createRedisLimiter({ redis: ground.client, processes: 2, logger: false });
      // All rooms as if they had one credential, with a limit that can be reached.
      const limiter: Limiter = {
        acquire: (_key, _rate, options) => shared.acquire('one', { limit, per: 1000 }, options),
        state: () => undefined,
      };
      ground.work(fleet, name, (channel, lease) => ground.open(channel, lease), limiter);
    }
    await until(() => ground.server.requests.length >= 3 * limit);
    const times = ground.server.requests.map(({ at }) => at);
    const within = times.map((at) => times.filter((other) => other >= at && other < at + 1000).length);
    expect(Math.max(...within)).toBeLessThanOrEqual(limit);
    const asked = new Set(ground.server.requests.map(({ path }) => path.split('?')[0]));
    expect(asked.size).toBe(rooms.length);
  },
);
