import { describe, expect, it } from 'vitest';
import { isLeftOut } from '../../support/engines.ts';
import { startGround, until } from './support.ts';

const rooms = ['ann', 'ben', 'cid'];

describe.skipIf(isLeftOut('Redis'))('a fleet whose Redis dies', () => {
  it('comes back by itself, with everything that happened meanwhile, each tip once', async () => {
    const ground = await startGround(rooms, true);
    const fleet = ground.fleet({ lease: 2000 });
    await fleet.add(rooms.map(ground.channel));
    const workers = [ground.work(fleet, 'first'), ground.work(fleet, 'second')];
    const held = (): number => workers.reduce((sum, worker) => sum + worker.stats().held, 0);
    await until(() => held() === rooms.length);
    for (const room of rooms) ground.tip(room, `${room}-1`);
    await until(() => ground.taken.length === rooms.length);

    await ground.redis.kill();
    for (const room of rooms) ground.tip(room, `${room}-2`);
    // Nobody is asked on trust: locks that nobody could renew are let go.
    await until(() => workers.reduce((sum, worker) => sum + worker.stats().lost, 0) === rooms.length);
    for (const room of rooms) ground.tip(room, `${room}-3`);
    await ground.redis.start();

    const ids = (): Set<string> => new Set(ground.taken.map(({ id }) => id));
    // One may give a channel to the other in this moment.
    const names = (): string => String(workers.flatMap((worker) => worker.channels()).sort());
    await until(() => ids().size === 3 * rooms.length && names() === String(rooms.map((room) => `chaturbate:${room}`)));
    const entries = await ground.client.xrange('tipstream:tips', '-', '+');
    const published = entries.map(([, fields]) => String(JSON.parse(fields[1] ?? '{}').message));
    expect(published.sort()).toEqual(rooms.flatMap((room) => [1, 2, 3].map((n) => `${room}-${n}`)));
    expect((await fleet.channels()).length).toBe(rooms.length);
  });

  it('says so once, and not with an error for every channel', async () => {
    const ground = await startGround(rooms, true);
    const fleet = ground.fleet({ lease: 60_000 });
    await fleet.add(rooms.map(ground.channel));
    const worker = ground.work(fleet);
    await until(() => worker.stats().held === rooms.length);
    await ground.redis.kill();
    await until(() => ground.lines.length > 0);
    await ground.redis.start();
    ground.tip('ann', 'after');
    await until(() => ground.taken.length === 1);
    expect(ground.lines).toHaveLength(1);
    expect(ground.lines[0]).toMatch(/the queue: .*it goes on by itself/);
  });

  it('lets go of everything when it comes back with nothing, and begins anew when its channels are added again', async () => {
    const ground = await startGround(rooms);
    const fleet = ground.fleet();
    await fleet.add(rooms.map(ground.channel));
    const worker = ground.work(fleet);
    await until(() => worker.stats().held === rooms.length);
    ground.tip('ann', 'before');
    await until(() => ground.taken.length === 1);
    await ground.redis.kill();
    await ground.redis.start();
    await until(() => worker.stats().held === 0);
    expect(await fleet.channels()).toEqual([]);
    expect(await fleet.add(rooms.map(ground.channel))).toBe(rooms.length);
    await until(() => worker.stats().held === rooms.length);
    // Each stream begins like the first time: what is older is its backlog.
    await until(async () => (await fleet.status()).silent.length === 0);
    ground.tip('ann', 'after');
    await until(() => ground.taken.some(({ message }) => message === 'after'));
    expect(ground.taken.map(({ message }) => message).filter((message) => message === 'after')).toHaveLength(1);
  });
});
