import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isLeftOut } from '../../support/engines.ts';
import { startGround, until } from './support.ts';

const rooms = ['ann', 'ben', 'cid', 'dan', 'eve', 'fay', 'gil', 'hal'];

describe.skipIf(isLeftOut('Redis'))('a fleet', () => {
  it('asks every channel that was added, and its tips reach the relay once', async () => {
    const ground = await startGround(rooms);
    const fleet = ground.fleet();
    expect(await fleet.add(rooms.map(ground.channel))).toBe(rooms.length);
    expect(await fleet.add(rooms.map(ground.channel))).toBe(0);
    const worker = ground.work(fleet);
    await until(() => worker.stats().held === rooms.length);
    for (const room of rooms) ground.tip(room);
    await until(() => ground.taken.length === rooms.length);
    expect(ground.taken.map(({ message }) => message).sort()).toEqual(rooms);
    expect((await fleet.channels()).map(({ room }) => room).sort()).toEqual(rooms);
  });

  it('takes what is added while its worker is full', async () => {
    const ground = await startGround(rooms);
    const fleet = ground.fleet();
    await fleet.add(ground.channel('ann'));
    const worker = ground.work(fleet);
    await until(() => worker.stats().held === 1);
    await fleet.add(rooms.map(ground.channel));
    await until(() => worker.stats().held === rooms.length);
    expect(worker.stats().lost).toBe(0);
  });

  it('hands its channels over at once when a worker is closed, and nothing is lost on the way', async () => {
    const ground = await startGround(rooms);
    const fleet = ground.fleet({ lease: 60_000 });
    await fleet.add(rooms.map(ground.channel));
    const first = ground.work(fleet, 'first');
    await until(() => first.stats().held === rooms.length);
    const second = ground.work(fleet, 'second');
    for (const room of rooms) ground.tip(room, `${room}-1`);
    await first.close();
    for (const room of rooms) ground.tip(room, `${room}-2`);
    await until(() => second.stats().held === rooms.length && ground.taken.length === 2 * rooms.length);
    expect(ground.taken.map(({ message }) => message).sort()).toEqual(
      rooms.flatMap((room) => [`${room}-1`, `${room}-2`]),
    );
  });

  it('gives a worker that joins its share', async () => {
    const ground = await startGround(rooms);
    const fleet = ground.fleet();
    await fleet.add(rooms.map(ground.channel));
    const first = ground.work(fleet, 'first');
    await until(() => first.stats().held === rooms.length);
    const second = ground.work(fleet, 'second');
    await until(() => second.stats().held >= 3 && first.stats().held + second.stats().held === rooms.length);
    expect(first.stats().held).toBeLessThanOrEqual(5);
    expect(new Set([...first.channels(), ...second.channels()]).size).toBe(rooms.length);
  });

  it('refuses a client that the queue cannot serve, and leaves no connection behind', async () => {
    const ground = await startGround([]);
    const prefixed = new Redis(ground.redis.url, { keyPrefix: 'mine:' });
    onTestFinished(() => prefixed.disconnect());
    await prefixed.ping();
    const connections = async () => String(await ground.client.client('LIST')).split('\n').length;
    const before = await connections();
    const fleet = ground.fleet({ redis: prefixed });
    await expect(fleet.add(ground.channel('ann'))).rejects.toMatchObject({ code: 'CONFIG' });
    const { relay, open } = ground;
    expect(() => fleet.work({ relay, open })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    expect(await connections()).toBe(before);
  });
});
