/**
 * Where streams keep how far they came. Three methods, synchronous or not; a Keyv is one, made with `throwOnErrors: true`: else
 * its `get` answers with nothing while its backend is down, as if nothing had been kept, and the stream begins anew. A method that throws,
 * rejects, or has not answered after 10 s has failed: that is told as `STORE` and tried again.
 */
export interface CheckpointStore {
  /** The value under `key`, or `undefined`. */
  get(key: string): unknown | Promise<unknown>;
  /**
   * Keeps `value`, which is plain JSON, under `key`. Resolves once it would survive a crash, as far as the store can promise that at
   * all. `false` says that it failed.
   */
  set(key: string, value: unknown): unknown;
  /** Forgets `key`. */
  delete(key: string): unknown;
}

/**
 * A store that lives as long as the process: a stream that is stopped and started again goes on where it was, a crash
 * forgets everything. `fileStore` of `tipstream/node` survives a crash.
 */
export function memoryStore(): CheckpointStore {
  const values = new Map<string, unknown>();
  return {
    // A copy both ways, as from a file: what a caller changes afterwards changes no checkpoint.
    get: (key) => structuredClone(values.get(key)),
    set: (key, value) => void values.set(key, structuredClone(value)),
    delete: (key) => void values.delete(key),
  };
}
