/** Remembers ids, exactly and within a bound. */
export interface Memory {
  has(id: string): boolean;
  add(id: string): void;
  /** Forgets an id, so that its re-delivery is no duplicate. */
  delete(id: string): void;
}

/**
 * Two generations of ids: when the younger is full it becomes the older, and what was the older is forgotten. At least `size` and at
 * most twice as many ids are remembered. Ids, not hashes: a collision would lose a tip.
 */
export function createMemory(size = 4_000): Memory {
  let young = new Set<string>();
  let old = new Set<string>();
  return {
    has: (id) => young.has(id) || old.has(id),
    add(id) {
      if (young.size >= size) {
        old = young;
        young = new Set();
      }
      young.add(id);
    },
    delete(id) {
      young.delete(id);
      old.delete(id);
    },
  };
}
