import { Worker } from 'bullmq';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isLeftOut } from '../../support/engines.ts';
import { startGround, until } from './support.ts';

const asksOf = (ground: Awaited<ReturnType<typeof startGround>>, room: string): number =>
  ground.server.requests.filter(({ path }) => path.includes(`/${room}/`)).length;

describe.skipIf(isLeftOut('Redis'))('a channel of a fleet', () => {
  it('is asked by nobody once remove() resolved, and goes on where it was when it is added again', async () => {
    const ground = await startGround(['ann', 'ben']);
    const fleet = ground.fleet();
    await fleet.add(['ann', 'ben'].map(ground.channel));
    const worker = ground.work(fleet);
    await until(() => asksOf(ground, 'ann') > 2);
    ground.tip('ann', 'before');
    await until(() => ground.taken.length === 1);

    expect(await fleet.remove('chaturbate:ann')).toBe(true);
    const asked = asksOf(ground, 'ann');
    ground.tip('ann', 'meanwhile');
    const others = asksOf(ground, 'ben');
    await until(() => asksOf(ground, 'ben') > others + 3);
    expect(asksOf(ground, 'ann')).toBe(asked);
    expect(worker.channels()).toEqual(['chaturbate:ben']);
    expect(await fleet.channels()).toEqual([ground.channel('ben')]);
    expect(await fleet.remove('chaturbate:ann')).toBe(false);

    expect(await fleet.add(ground.channel('ann'))).toBe(1);
    await until(() => ground.taken.length === 2);
    expect(ground.taken.map(({ message }) => message)).toEqual(['before', 'meanwhile']);
  });

  it('is removed also when no worker has it, and when its worker is gone without a word', async () => {
    const ground = await startGround(['ann', 'ben']);
    const fleet = ground.fleet();
    await fleet.add(['ann', 'ben'].map(ground.channel));
    expect(await fleet.remove('chaturbate:ann')).toBe(true);
    // It takes the other, renews nothing and hears nothing.
    const taken: string[] = [];
    const dead = new Worker('fleet', ({ id = '' }) => new Promise(() => taken.push(id)), {
      connection: ground.client,
      prefix: 'tipstream-fleet',
      lockDuration: 700,
      skipLockRenewal: true,
      skipStalledCheck: true,
    });
    onTestFinished(() => dead.close(true));
    await until(() => taken.length === 1);
    const began = Date.now();
    expect(await fleet.remove('chaturbate:ben')).toBe(true);
    expect(Date.now() - began).toBeGreaterThan(300);
    expect(await fleet.channels()).toEqual([]);
  });

  it('is opened anew when its description changed', async () => {
    const ground = await startGround(['ann', 'ben']);
    const fleet = ground.fleet();
    const opened: unknown[] = [];
    ground.work(fleet, 'worker', (channel, lease) => {
      opened.push(channel.room);
      return ground.open(channel, lease);
    });
    await fleet.add({ id: 'one', platform: 'chaturbate', room: 'ann' });
    await until(() => asksOf(ground, 'ann') > 0);
    expect(await fleet.add({ room: 'ann', platform: 'chaturbate', id: 'one' })).toBe(0);
    expect(await fleet.add({ id: 'one', platform: 'chaturbate', room: 'ben' })).toBe(0);
    await until(() => asksOf(ground, 'ben') > 0);
    expect(opened).toEqual(['ann', 'ben']);
    expect(await fleet.channels()).toEqual([{ id: 'one', platform: 'chaturbate', room: 'ben' }]);
  });

  it('rests when it cannot be opened, and the status says why', async () => {
    const ground = await startGround(['ann']);
    const fleet = ground.fleet();
    await fleet.add(ground.channel('ann'));
    ground.work(fleet, 'worker', () => {
      throw new Error('there is no token for ann');
    });
    await until(async () => (await fleet.status()).silent[0]?.state === 'resting');
    const { silent } = await fleet.status();
    expect(silent).toMatchObject([{ id: 'chaturbate:ann', reason: 'fleet: open() failed: there is no token for ann' }]);
    expect(ground.lines.join()).toContain(
      'chaturbate:ann: fleet: open() failed: there is no token for ann; opened again in 10 s',
    );
  });

  it('rests when its stream ends in an error, as with a token that was refused', async () => {
    const ground = await startGround(['ann']);
    const fleet = ground.fleet();
    await fleet.add(ground.channel('ann'));
    ground.server.fail('status:401', { times: 3 });
    ground.work(fleet);
    await until(async () => (await fleet.status()).silent[0]?.state === 'resting');
    expect((await fleet.status()).silent[0]?.reason).toContain('401');
    expect(asksOf(ground, 'ann')).toBe(1);
  });

  it('is not added with a credential in its description, nor is any that came with it', async () => {
    const ground = await startGround(['ann']);
    const fleet = ground.fleet();
    const wrong = { id: 'two', platform: 'chaturbate', token: 'not-a-secret-token' };
    await expect(fleet.add([ground.channel('ann'), wrong])).rejects.toMatchObject({ code: 'CONFIG' });
    expect(await fleet.channels()).toEqual([]);
    const keys = await ground.client.keys('*');
    expect(JSON.stringify(keys)).not.toContain('not-a-secret');
  });
});
