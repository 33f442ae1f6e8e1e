/** Seven sources in one stream, beside one source; and the heap of what is idle. */

import { merge } from '../src/stream/merge.ts';
import { createSource } from '../src/stream/source.ts';
import { compare, type Figure } from './compare.ts';

const events = 70_000;

const into = (count: number) => {
  const sources = Array.from({ length: count }, (_, n) => createSource<number>({ platform: `s${n}` }));
  const stream = merge(sources.map((source) => source.stream));
  return async (): Promise<void> => {
    let sum = 0;
    const stop = stream.subscribe((event) => {
      sum += event;
    });
    for (let n = 0; n < events; n += 1) void sources[n % count]?.push(n);
    stop();
    if (sum === 0) throw new Error('nothing arrived');
    await undefined;
  };
};

export async function streams(): Promise<Figure[]> {
  const [ratio = 0] = await compare(into(1), [into(7)]);
  return [{ what: 'merging seven sources', value: ratio, beside: 'one source, merged', budget: 1.2 }];
}
