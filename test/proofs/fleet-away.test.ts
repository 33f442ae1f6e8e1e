import { expect, it } from 'vitest';
import { seconds } from '../../src/index.ts';
import { startGround, until } from '../adapters/fleet/support.ts';
import { isLeftOut } from '../support/engines.ts';

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it.skipIf(isLeftOut('Redis')).for([
  ['is away', 'kill', 'start', 0],
  ['has been away for a while', 'kill', 'start', seconds(1.5)],
  ['does not answer', 'pause', 'resume', seconds(1.5)],
] as const)('a worker can be closed while Redis %s', async ([_, leave, back, ms]) => {
  const ground = await startGround(['ann'], true);
  const fleet = ground.fleet();
  await fleet.add(ground.channel('ann'));
  const worker = ground.work(fleet);
  await until(() => worker.stats().held === 1 && ground.server.requests.length > 1);
  await ground.redis[leave]();
  // Ten times as long as from one look at its share to the next.
  await rest(ms);
  const began = Date.now();
  await worker.close();
  expect(Date.now() - began).toBeLessThan(seconds(15));
  expect(worker.stats().held).toBe(0);
  await ground.redis[back]();
});
