/** Remembers ids, exactly and within a bound. */
export interface Memory {
  has(id: string): boolean;
  /** Remembers an id; `false` where it was remembered already. */
  add(id: string): boolean;
  /** Remembers an id that `has` does not know. */
  keep(id: string): void;
}

/** Most upstreams count their ids upwards: those that do stand in a list, in which they are found without a hash. */
interface Generation {
  readonly rising: string[];
  readonly others: Set<string>;
}

const begin = (): Generation => ({ rising: [], others: new Set() });

function knows({ rising, others }: Generation, id: string): boolean {
  let low = 0;
  for (let high = rising.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((rising[middle] as string) < id) low = middle + 1;
    else high = middle;
  }
  return rising[low] === id || others.has(id);
}

/**
 * Two generations of ids: when the younger is full it becomes the older, and what was the older is forgotten. At least `size` and at
 * most twice as many ids are remembered. Ids, not hashes: a collision would lose a tip.
 */
export function createMemory(size = 4_000): Memory {
  let young = begin();
  let old = begin();
  /** No id that is remembered is above this one, so what is above it is new. */
  let top = '';
  const has = (id: string): boolean => id <= top && (knows(young, id) || knows(old, id));
  const keep = (id: string): void => {
    if (young.rising.length + young.others.size >= size) {
      old = young;
      young = begin();
    }
    if (id > top) {
      top = id;
      young.rising.push(id);
    } else young.others.add(id);
  };
  return {
    has,
    keep,
    add(id) {
      const known = has(id);
      if (known && knows(young, id)) return false;
      keep(id);
      return !known;
    },
  };
}
