import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { createRelay } from '../../../src/adapters/redis.ts';
import { createSource, type TipEvent } from '../../../src/index.ts';
import { isLeftOut } from '../../support/engines.ts';
import { startCutter } from './cutting.ts';
import { openRedis, redisServer, tipsOf } from './support.ts';

const server = redisServer();

it.skipIf(isLeftOut('Redis'))(
  'a network that swallows a connection costs a publication no longer than the socketTimeout of its client',
  async () => {
    const { port } = await server();
    const cutter = await startCutter(port);
    const redis = new Redis({ port: cutter.port, host: '127.0.0.1', socketTimeout: 500 });
    redis.on('error', () => {});
    onTestFinished(() => redis.disconnect());
    const source = createSource<TipEvent>({ platform: 'my-shop' });
    const publication = createRelay({ redis, key: 'swallowed' }).publish(source.stream);
    await Promise.all(tipsOf(3, 'before').map(source.push));
    cutter.swallow();
    const began = Date.now();
    await Promise.all(tipsOf(3, 'after').map(source.push));
    expect(Date.now() - began).toBeLessThan(2000);
    await publication.stop();
    const entries = await openRedis({ port }).xrange('swallowed', '-', '+');
    expect(entries).toHaveLength(6);
  },
);
