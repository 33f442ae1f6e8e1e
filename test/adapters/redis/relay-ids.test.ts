import { describe, expect, it } from 'vitest';
import { createRelay } from '../../../src/adapters/redis.ts';
import { isLeftOut } from '../../support/engines.ts';
import { openRedis, redisServer, tipsOf, until } from './support.ts';

const server = redisServer();

describe.skipIf(isLeftOut('Redis'))('the memory of a relay', () => {
  it('goes on when the server has forgotten its scripts', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'scripts' });
    await relay.put(tipsOf(1));
    await redis.script('FLUSH');
    expect(await relay.put(tipsOf(2))).toEqual({ published: 1, duplicates: 1 });
  });

  it('remembers an id for the time that was asked for, also beyond a change of generations, and forgets it within twice that', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'forgets', idsFor: 400 });
    const [tip] = tipsOf(1);
    if (!tip) throw new Error('one');
    const rest = (at: number): Promise<void> =>
      new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
    const began = performance.now();
    await relay.put(tipsOf(1, 'first of its generation'));
    await rest(began + 250);
    const written = performance.now();
    await relay.put([tip]);
    // The generation ends at 400, the id is wanted until 650.
    for (const at of [320, 420, 500, 560]) {
      await rest(began + at);
      const { duplicates } = await relay.put([tip]);
      if (performance.now() < written + 400) expect(duplicates).toBe(1);
    }
    await rest(written + 850);
    expect(await relay.put([tip])).toEqual({ published: 1, duplicates: 0 });
    await until(async () => (await redis.exists('{forgets}:ids:young', '{forgets}:ids:old')) === 0);
  });

  it('forgets nothing early when the clock of the server is set back', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'set back' });
    await relay.put(tipsOf(1, 'older'));
    await redis.rename('{set back}:ids:young', '{set back}:ids:old');
    await relay.put(tipsOf(1, 'newer'));
    // The generation began in an hour, by the clock that there is now.
    await redis.hset('{set back}:facts', 'born', Date.now() + 3_600_000);
    expect(await relay.put([...tipsOf(1, 'older'), ...tipsOf(1, 'newer')])).toEqual({ published: 0, duplicates: 2 });
    expect(Number(await redis.hget('{set back}:facts', 'born'))).toBeLessThanOrEqual(Date.now());
  });

  it('writes once what comes twice at a time', async () => {
    const relay = createRelay({ redis: openRedis(await server()), key: 'at a time' });
    const [tip = expect.fail(), other = expect.fail()] = tipsOf(2);
    expect(await relay.put([tip, other, tip])).toEqual({ published: 2, duplicates: 1 });
    expect((await relay.stats()).length).toBe(2);
  });
});
