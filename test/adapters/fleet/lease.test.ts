import { describe, expect, it } from 'vitest';
import { createLease } from '../../../src/adapters/fleet/lease.ts';
import { createLimiter } from '../../../src/core/limiter.ts';
import { memoryStore } from '../../../src/stream/checkpoint-store.ts';
import { testClock } from '../../support/clock.ts';
import { isLeftOut } from '../../support/engines.ts';
import { startGround, until } from './support.ts';

const rate = { limit: 1, per: 1000 };

describe('a lease', () => {
  it('lets calls through as long as it is held, and none that waited beyond its end', async () => {
    const clock = testClock();
    const limiter = createLimiter();
    const lease = createLease({ key: 'k', token: 't' }, memoryStore(), limiter);
    (await lease.limiter.acquire('a', rate, { clock })).release();
    const second = lease.limiter.acquire('a', rate, { clock });
    lease.end();
    expect(lease.signal.aborted).toBe(true);
    const refused = expect(second).rejects.toMatchObject({ code: 'ABORTED', sent: 'no' });
    await clock.advance(1000);
    await refused;
    await expect(lease.limiter.acquire('b', rate, { clock })).rejects.toThrow('this channel was let go');
    expect(lease.limiter.state('a')?.waiting).toBe(0);
  });
});

const lockOf = 'tipstream-fleet:fleet:c-chaturbate%3Aann:lock';

describe.skipIf(isLeftOut('Redis'))('a lease that was lost', () => {
  it('ends the asking within the lease, and another worker goes on; nothing is lost and nothing comes twice', async () => {
    const ground = await startGround(['ann']);
    const fleet = ground.fleet();
    await fleet.add(ground.channel('ann'));
    const first = ground.work(fleet, 'first');
    await until(() => first.stats().held === 1);
    ground.tip('ann', 'one');
    await until(() => ground.taken.length === 1);
    // Somebody else has it now, says Redis.
    await ground.client.set(lockOf, 'another', 'PX', 300);
    await until(() => first.stats().lost === 1);
    await until(() => first.stats().held === 0);
    const second = ground.work(fleet, 'second');
    ground.tip('ann', 'two');
    await until(() => ground.taken.length === 2);
    expect(first.stats().held + second.stats().held).toBe(1);
    expect(ground.taken.map(({ message }) => message)).toEqual(['one', 'two']);
    expect(ground.lines.join()).toContain('its lease could not be renewed');
  });

  it('lets Redis refuse the tip and the cursor of who has not noticed', async () => {
    const ground = await startGround(['ann']);
    const fleet = ground.fleet({ lease: 600_000 });
    await fleet.add(ground.channel('ann'));
    const worker = ground.work(fleet);
    await until(() => worker.stats().held === 1 && ground.server.requests.length > 1);
    ground.tip('ann', 'one');
    await until(() => ground.taken.length === 1);
    const [place = ''] = await ground.client.keys('tipstream-fleet:fleet:at:*');
    const cursor = await ground.client.get(place);
    await ground.client.set(lockOf, 'another');
    ground.tip('ann', 'two');
    await until(() => worker.stats().held === 0);
    expect(await ground.client.get(place)).toBe(cursor);
    expect(ground.taken).toHaveLength(1);
    expect(await ground.client.xlen('tipstream:tips')).toBe(1);
    // It rests here, and whoever has the lock has the channel.
    expect(await ground.client.get(lockOf)).toBe('another');
  });
});
