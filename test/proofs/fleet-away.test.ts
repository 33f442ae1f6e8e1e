import { expect, it } from 'vitest';
import { startGround, until } from '../adapters/fleet/support.ts';
import { isLeftOut } from '../support/engines.ts';

it.skipIf(isLeftOut('Redis'))('a worker can be closed while Redis is away', async () => {
  const ground = await startGround(['ann'], true);
  const fleet = ground.fleet();
  await fleet.add(ground.channel('ann'));
  const worker = ground.work(fleet);
  await until(() => worker.stats().held === 1 && ground.server.requests.length > 1);
  await ground.redis.kill();
  await until(() => ground.lines.length > 0);
  await worker.close();
  expect(worker.stats().held).toBe(0);
  await ground.redis.start();
});
