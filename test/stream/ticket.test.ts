import { expect, it } from 'vitest';
import { settle } from '../support/clock.ts';
import { byHand, numbers } from '../support/stream.ts';

it('delivery-1 what the last of the old watchers leaves is offered to a new one, though others had taken it', async () => {
  const source = numbers();
  const slow = byHand(source.stream, { onFailure: 'stop', onError: () => {} });
  const quick: number[] = [];
  const leave = source.stream.subscribe((n) => void quick.push(n));
  await source.send(1);
  leave();
  slow.stop();
  const seen: number[] = [];
  source.stream.subscribe((n) => void seen.push(n));
  expect([slow.offered, quick, seen]).toEqual([[1], [1], []]);
  await slow.fail();
  await settle();
  expect(seen).toEqual([1]);
  expect(source.answers.get(1)).toBe('taken');
});

it('delivery-1 what one of several watchers leaves is taken by those who stay', async () => {
  const source = numbers();
  const slow = byHand(source.stream, { onFailure: 'stop', onError: () => {} });
  const seen: number[] = [];
  source.stream.subscribe((n) => void seen.push(n));
  await source.send(1);
  slow.stop();
  await slow.fail();
  expect(seen).toEqual([1]);
  expect(source.answers.get(1)).toBe('taken');
});
