import type { CheckpointStore } from '../../../src/stream/checkpoint-store.ts';

/**
 * A store of a process that can die: from then on nothing that it writes is kept.
 *
 * @param written - Told of everything that is written.
 */
export function mortal(
  kept: CheckpointStore,
  written: (text: string) => void = () => {},
): { store: CheckpointStore; die(): void } {
  let alive = true;
  return {
    store: {
      get: (key) => kept.get(key),
      set(key, value) {
        written(key + JSON.stringify(value));
        return alive ? kept.set(key, value) : undefined;
      },
      delete: (key) => (alive ? kept.delete(key) : undefined),
    },
    die() {
      alive = false;
    },
  };
}
