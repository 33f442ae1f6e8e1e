import { describe, expect, it, onTestFinished } from 'vitest';
import { createRelay } from '../../../src/adapters/redis.ts';
import { createSource, type TipEvent } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { openRedis, redisServer, tipsOf, until } from './support.ts';

const server = redisServer();

describe.skipIf(isLeftOut('Redis'))('a relay', () => {
  it('writes each tip of a stream once per id, and takes it when Redis has it', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'once' });
    const source = createSource<TipEvent>({ platform: 'my-shop' });
    const publication = relay.publish(source.stream);
    const [first, second] = tipsOf(2);
    if (!first || !second) throw new Error('two');
    await source.push(first);
    expect(await redis.xlen('once')).toBe(1);
    await Promise.all([source.push(first), source.push(second)]);
    expect(await redis.xlen('once')).toBe(2);
    expect(publication.stats()).toEqual({ published: 2, duplicates: 1, refused: 0, waiting: 0, failures: 0 });
    await publication.stop();
    await publication.done;
  });

  it('is read by groups, in order, and acknowledged when taken', async () => {
    const redis = openRedis(await server());
    const relay = createRelay({ redis, key: 'groups' });
    const tips = tipsOf(1000);
    expect(await relay.put(tips)).toEqual({ published: 1000, duplicates: 0 });
    for (const group of ['ledger', 'overlay']) {
      const stream = relay.consume({ group, consumer: 'one' });
      const got: TipEvent[] = [];
      const stop = stream.subscribe((tip) => void got.push(tip));
      onTestFinished(stop);
      await until(() => got.length === 1000);
      await stream.close();
      expect(got).toEqual(tips);
    }
    expect(await relay.stats()).toEqual({
      length: 1000,
      ids: 1000,
      groups: ['ledger', 'overlay'].map((name) => ({ name, consumers: 1, pending: 0, lag: 0, trimmed: 0 })),
    });
  });
});
