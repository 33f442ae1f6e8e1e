/** Loaded before a contender: the memory against duplicates holds 1,000 ids instead of 4,000, which the library itself has no option for. */
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith('/src/stream/memory.ts')) return loaded;
    const source = String(loaded.source);
    if (!source.includes('size = 4_000')) throw new Error(`${url} has another window; look at bench/window-1000.ts`);
    return { ...loaded, source: source.replace('size = 4_000', 'size = 1_000') };
  },
});
