import { bareError } from '../core/bare-error.ts';
import { configError, isTipstreamError, TipstreamError } from '../core/errors.ts';
import { type Clock, type Stop, seconds } from '../core/time.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { isPromise } from './subscribe.ts';

/** Where a stream keeps how far it came: a store, or a store with a key of your own. */
export type CheckpointOption = CheckpointStore | { store: CheckpointStore; key: string };

/** Within a page, at most one write in this time. */
const writeEvery = 250;
/** A store that has not answered by then has failed: it must not hold up `close()`. */
const patience = seconds(10);

/** Of an address, the user and the query. */
export const withoutPassword = (text: string): string =>
  text.slice(0, 2000).replace(/(:\/\/)\S*(?=@)|(\?|password\W{1,4})[^\s"'<>]+/gi, '$1$2***');

/** The place of one stream in a store. */
export interface Checkpoint {
  /** The last write failed. */
  readonly failing: boolean;
  /** The end of a page is being written. */
  readonly ending: Promise<void> | undefined;
  load(): Promise<unknown>;
  /** Something changed: it is written soon, and at once at the end of a page, so that a crash repeats no more than one. */
  touch(pageEnd?: boolean): void;
  /** A new start: from here on it is written again. */
  open(): void;
  /** Writes what is not written. Never rejects: a failing store is told as an error, and tried again. */
  flush(): Promise<void>;
  /** The last write before the next `open`: a callback that ends later writes nothing over what a successor wrote. */
  close(): Promise<void>;
  forget(): Promise<void>;
}

/** What a checkpoint needs to know. */
export interface CheckpointOptions {
  platform: string;
  option: CheckpointOption;
  /** The key, where the user chose none. */
  key: string;
  clock: Clock;
  /** What to write. */
  snapshot(): unknown;
  /** What the last snapshot holds is written. */
  kept?(): void;
  failed(error: TipstreamError): void;
}

const isStore = (value: object): value is CheckpointStore =>
  ['get', 'set', 'delete'].every((name) => typeof (value as Partial<Record<string, unknown>>)[name] === 'function');

/**
 * The store of an option, and the key in it where the user chose one.
 *
 * @throws TipstreamError `CONFIG` for what is neither a store nor `{ store, key }`
 */
export function checkpointOf(platform: string, option: CheckpointOption): { store: CheckpointStore; key?: string } {
  if (isStore(option)) return { store: option };
  if (isStore(Object(option.store)) && option.key) return option;
  throw configError(platform, 'checkpoint: no store; give one with get, set and delete, or { store, key }');
}

export function createCheckpoint(options: CheckpointOptions): Checkpoint {
  const { clock } = options;
  const { store, key = options.key } = checkpointOf(options.platform, options.option);
  let dirty = false;
  let failing = false;
  let closed = false;
  let lastWrite = Number.NEGATIVE_INFINITY;
  let scheduled: Stop | undefined;
  /** A `set` that has not answered. */
  let late: PromiseLike<unknown> | undefined;
  let writing: Promise<void> | undefined;
  let ending: Promise<void> | undefined;

  const storeError = (what: string, thrown: unknown, then: string): TipstreamError => {
    // A store may print the address of its server, with the password in it.
    const cause = isTipstreamError(thrown) ? thrown : bareError(thrown, withoutPassword);
    return new TipstreamError({
      code: 'STORE',
      platform: options.platform,
      message: `${options.platform}: the checkpoint store could not ${what} '${key}': ${cause.message}${then}`,
      // A store that says so will not work by itself: another process has it, or its content is spoiled.
      fatal: isTipstreamError(cause) && cause.fatal,
      cause,
    });
  };

  const inTime = (answer: unknown): unknown =>
    isPromise(answer)
      ? new Promise((resolve, reject) => {
          const stop = clock.after(patience, () => reject(new Error('it did not answer in 10 s')));
          Promise.resolve(answer).then(resolve, reject).then(stop);
        })
      : answer;

  const write = async (): Promise<void> => {
    rest();
    lastWrite = clock.now();
    try {
      if (late) await inTime(late);
      dirty = false;
      let answer: unknown = store.set(key, options.snapshot());
      const answered = (): void => {
        late = undefined;
      };
      if (isPromise(answer)) {
        // What a query builder returns runs anew whenever somebody waits for it.
        answer = Promise.resolve(answer);
        late = (answer as Promise<unknown>).then(answered, answered);
      }
      // A Keyv answers so when its backend is down.
      if ((await inTime(answer)) === false) throw new Error('it answered false');
      failing = false;
      options.kept?.();
    } catch (cause) {
      dirty = failing = true;
      options.failed(storeError('keep', cause, '; a crash now may lose or repeat events'));
    }
  };

  /** One write at a time: a store that answers late must not put an old value over a new one. */
  const next = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = undefined;
      if (dirty) schedule();
    });
    return writing;
  };

  const schedule = (): void => {
    if (closed || writing || scheduled) return;
    // At most so long, also when the clock was set back.
    const wait = failing ? seconds(1) : Math.min(writeEvery, lastWrite + writeEvery - clock.now());
    if (wait <= 0) void next();
    else scheduled = clock.after(wait, () => void next());
  };

  const flush = async (): Promise<void> => {
    await writing;
    if (dirty) await next();
    while (dirty && !failing) await next();
  };

  const rest = (): void => {
    scheduled?.();
    scheduled = undefined;
  };

  return {
    get failing() {
      return failing;
    },
    get ending() {
      return ending;
    },
    async load() {
      try {
        return await inTime(store.get(key));
      } catch (cause) {
        throw storeError('give', cause, '');
      }
    },
    touch(pageEnd = false) {
      dirty = true;
      if (closed || !pageEnd || failing) return schedule();
      ending ??= flush().finally(() => {
        ending = undefined;
      });
    },
    open() {
      closed = false;
      if (dirty) schedule();
    },
    flush,
    async close() {
      closed = true;
      await flush();
      // Unless somebody began anew meanwhile.
      if (closed) rest();
    },
    async forget() {
      await writing;
      rest();
      dirty = false;
      try {
        await inTime(store.delete(key));
      } catch (cause) {
        throw storeError('forget', cause, '');
      }
    },
  };
}
