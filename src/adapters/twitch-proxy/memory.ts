/** What is over at some time. */
export interface Mortal {
  /** Unix time in milliseconds. */
  readonly until: number;
}

/** Values by key, as many as fit. */
export interface Memory<T extends Mortal> {
  get(key: string, now: number): T | undefined;
  /** @param bytes - How much it holds, about. */
  set(key: string, value: T, bytes: number): void;
  /** Forgets what is over, and says how many that were. */
  purge(now: number): number;
  size(): number;
}

/** What a key and its place cost beside the value. */
const overhead = 200;

interface Held<T> {
  value: T;
  bytes: number;
}

/** A memory of at most `most` bytes, about. The newest half of them always fits. */
export function createMemory<T extends Mortal>(most: number): Memory<T> {
  // Two generations: dropping the older as a whole costs nothing, where evicting one by one slows a large Map down.
  let young = new Map<string, Held<T>>();
  let old = new Map<string, Held<T>>();
  let bytes = 0;
  const put = (key: string, held: Held<T>): void => {
    if (held.bytes > most / 2) return;
    if (bytes + held.bytes > most / 2) {
      old = young;
      young = new Map();
      bytes = 0;
    }
    bytes += held.bytes;
    young.set(key, held);
  };
  return {
    get(key, now) {
      const fresh = young.get(key);
      if (fresh) return now < fresh.value.until ? fresh.value : undefined;
      const aged = old.get(key);
      if (!aged || now >= aged.value.until) return undefined;
      old.delete(key);
      put(key, aged);
      return aged.value;
    },
    set(key, value, size) {
      bytes -= young.get(key)?.bytes ?? 0;
      young.delete(key);
      old.delete(key);
      put(key, { value, bytes: size + key.length + overhead });
    },
    purge(now) {
      const before = young.size + old.size;
      for (const all of [young, old])
        for (const [key, held] of all)
          if (now >= held.value.until) {
            all.delete(key);
            if (all === young) bytes -= held.bytes;
          }
      return before - young.size - old.size;
    },
    size: () => young.size + old.size,
  };
}
