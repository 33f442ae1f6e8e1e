/** The heap of what waits: clients and streams that nobody uses, and ids that are remembered. */
import { createChaturbate } from '../src/chaturbate/index.ts';
import { createMemory } from '../src/stream/memory.ts';
import { createSource } from '../src/stream/source.ts';
import type { Figure } from './compare.ts';

const heap = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** Bytes of one of `count`. */
const each = (count: number, make: (n: number) => unknown): number => {
  const kept: unknown[] = new Array(count).fill(undefined);
  make(0);
  const before = heap();
  for (let n = 0; n < count; n += 1) kept[n] = make(n);
  const after = heap();
  return kept.length === count ? (after - before) / count : Number.NaN;
};

export async function idle(): Promise<Figure[]> {
  const memory = createMemory(100_000);
  const ids = Array.from({ length: 100_000 }, (_, n) => `${1_780_000_000_000 + n}-0`);
  const before = heap();
  for (const id of ids) memory.add(id);
  const perId = (heap() - before) / ids.length;
  return [
    {
      what: 'an idle client',
      value: each(2000, (n) => createChaturbate({ username: `room${n}`, token: 'not-a-secret-token' })) / 1024,
      unit: 'KiB',
      beside: 'heap',
      budget: 6,
    },
    {
      what: 'an idle stream',
      value: each(5000, () => createSource({ platform: 'bench' }).stream) / 1024,
      unit: 'KiB',
      beside: 'heap',
      budget: 1,
    },
    {
      what: 'an id in the memory against duplicates, beside its text',
      value: memory.has(ids[0] ?? '') ? perId : Number.NaN,
      unit: 'B',
      beside: 'heap',
      budget: 60,
    },
  ];
}
