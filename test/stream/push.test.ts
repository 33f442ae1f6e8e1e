import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished } from 'vitest';
import { createChaturbate } from '../../src/chaturbate/index.ts';
import { originOf } from '../../src/stream/origin.ts';
import type { PushStream } from '../../src/stream/push.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { createStripchat } from '../../src/stripchat/index.ts';
import { settle } from '../support/clock.ts';

const payload = { type: 'tip', amount: 25, user: { username: 'ada' } };

function stripchat() {
  const client = createStripchat({ token: 'not-a-secret-token', logger: false });
  onTestFinished(client.close);
  return client;
}

/** What a stream stands on, with its memory of ids. */
const sourceOf = (stream: PushStream): WeakRef<object> => new WeakRef(Object(Reflect.get(originOf(stream), 'source')));

setFlagsFromString('--expose_gc');
const collect: () => void = runInNewContext('gc');

it('a client holds no push stream that nobody watches, however many were made', async () => {
  const client = stripchat();
  const made: WeakRef<object>[] = [];
  for (let n = 0; n < 50; n += 1) {
    const tips = client.push();
    const stop = tips.subscribe(() => {});
    await tips.feed(payload);
    stop();
    made.push(sourceOf(tips), sourceOf(client.push()));
  }
  await settle();
  collect();
  // The engine may keep the latest of each a little longer.
  expect(made.filter((one) => one.deref() !== undefined).length).toBeLessThan(5);
});

it('a push stream is ready with the first payload that it was fed', async () => {
  const tips = stripchat().push();
  const seen: TipEvent[] = [];
  tips.subscribe((tip) => void seen.push(tip));
  const ready = tips.ready();
  expect(tips.stats().lastSuccessAt).toBeUndefined();
  await tips.feed(payload);
  await ready;
  expect(tips.stats().lastSuccessAt).toBeGreaterThan(0);
  expect(seen).toHaveLength(1);
});

it('a push stream that is watched takes test tips, also when it is watched again, and ends with its client', async () => {
  const client = stripchat();
  const tips = client.push();
  const seen: TipEvent[] = [];
  const ended: unknown[] = [];
  tips.on('end', (error) => ended.push(error));
  await expect(client.simulate()).rejects.toMatchObject({ code: 'CONSUMER' });
  const stop = tips.subscribe((tip) => void seen.push(tip));
  await client.simulate({ amount: 1 });
  stop();
  await expect(client.simulate()).rejects.toMatchObject({ code: 'CONSUMER' });
  tips.subscribe((tip) => void seen.push(tip));
  await client.simulate({ amount: 2 });
  expect(seen.map(({ amount }) => amount)).toEqual([1, 2]);
  await client.close();
  expect(ended).toEqual([undefined]);
});

it('delivery-1 events of two rooms under one id are two tips, and each is dropped when it comes again', async () => {
  const client = createChaturbate({ username: 'mira', token: 'not-a-secret-token', logger: false });
  onTestFinished(client.close);
  const tips = client.push();
  const seen: string[] = [];
  tips.subscribe((tip) => void seen.push(tip.id));
  const event = (broadcaster: string) => ({
    method: 'tip',
    id: '1767297600000-0',
    object: { broadcaster, tip: { tokens: 5 }, user: { username: 'ada' } },
  });
  await tips.feed([event('mira'), event('nora')]);
  await tips.feed(event('nora'));
  expect(seen).toEqual(['chaturbate:mira:1767297600000-0', 'chaturbate:nora:1767297600000-0']);
  expect(tips.stats().duplicates).toBe(1);
});
