/** Remembers ids, exactly and within a bound. */
export interface Memory {
  has(id: string): boolean;
  /** Remembers an id; `false` where it was remembered already. */
  add(id: string): boolean;
  /** Forgets an id, so that its re-delivery is no duplicate. */
  delete(id: string): void;
}

/** Most upstreams count their ids upwards. Those that do stand in a list, in which they are found without a hash. */
interface Generation {
  readonly rising: string[];
  readonly others: Set<string>;
}

const empty = (): Generation => ({ rising: [], others: new Set() });

const placeOf = ({ rising }: Generation, id: string): number => {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] as string) < id) low = middle + 1;
    else high = middle;
  }
  return rising[low] === id ? low : -1;
};

const knows = (generation: Generation, id: string): boolean =>
  generation.others.has(id) || placeOf(generation, id) >= 0;

/**
 * Two generations of ids: when the younger is full it becomes the older, and what was the older is forgotten. At least `size` and at
 * most twice as many ids are remembered. Ids, not hashes: a collision would lose a tip.
 */
export function createMemory(size = 4_000): Memory {
  let young = empty();
  let old = empty();
  /** No id that is remembered is above this one, so what is above it is new. */
  let top = '';
  return {
    has: (id) => knows(young, id) || knows(old, id),
    add(id) {
      const above = id > top;
      if (!above && knows(young, id)) return false;
      const isNew = above || !knows(old, id);
      const { rising, others } = young;
      if (rising.length + others.size >= size) {
        top = rising.at(-1) ?? '';
        for (const other of others) if (other > top) top = other;
        old = young;
        young = empty();
      }
      if (id > top) {
        top = id;
        young.rising.push(id);
      } else young.others.add(id);
      return isNew;
    },
    delete(id) {
      for (const generation of [young, old]) {
        generation.others.delete(id);
        const place = placeOf(generation, id);
        if (place >= 0) generation.rising.splice(place, 1);
      }
    },
  };
}
