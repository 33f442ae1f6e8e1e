import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { TipstreamError } from '../../core/errors.ts';
import { seconds } from '../../core/time.ts';
import type { CheckpointStore } from '../../stream/checkpoint-store.ts';
import { besideOf, sweep, syncFolder } from './beside.ts';
import { claim, type Holder, hasCode } from './file-lock.ts';

/** A checkpoint store in one file. */
export interface FileStore extends CheckpointStore {
  get(key: string): Promise<unknown>;
  /** Resolves when the value is on the disk. */
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  /**
   * Runs `run` while no other process has the file, waiting for one that has it, and lets go of it afterwards: for what several
   * processes share, e.g. a session. `held` reads and writes meanwhile; the other methods would keep the file for this process.
   * Errors: `STORE` when the file is not free within 30 s.
   */
  lock<T>(key: string, run: (held: CheckpointStore) => Promise<T>): Promise<T>;
  /** Waits for what is being written and lets another process have the file. The next call opens it again. */
  close(): Promise<void>;
}

/** What an open store knows: the values as JSON text, so that every `get` gives a fresh one. */
interface OpenFile {
  values: Map<string, string>;
  release: () => Promise<void>;
}

/**
 * Keeps checkpoints in one JSON file that survives a crash at any moment: it is written beside, synced and renamed.
 * The file is opened, and locked for this process, with the first call; a lock that a killed process left behind is
 * taken over. One store serves any number of streams.
 *
 * @param path - The file. Its folder is made when missing.
 * @returns A store whose calls reject with `STORE`: a second living process that wants the file (the message names the one
 *   that has it), a file that is no checkpoint file any more (never taken for an empty one), a disk that refuses.
 *
 * @example
 * ```ts
 * import { fileStore } from 'tipstream/node';
 * const store = fileStore('/tmp/tipstream-example/checkpoints.json');
 * await store.set('last', { cursor: 'abc' });
 * console.log(await store.get('last'));
 * await store.close();
 * ```
 */
export function fileStore(path: string): FileStore {
  const file = resolve(path);
  let opening: Promise<OpenFile> | undefined;
  let writing: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  /** A call without `lock` keeps the file for this process until `close`. */
  let keeps = false;
  let locked: Promise<unknown> = Promise.resolve();

  const opened = (patience = 0): Promise<OpenFile> => {
    opening ??= openFile(file, Date.now() + patience).catch((error) => {
      // A failed opening is tried again with the next call: the other process may be gone by then.
      opening = undefined;
      throw error;
    });
    return opening;
  };

  /** Calls that arrive during a write share the next one. */
  const save = (values: Map<string, string>): Promise<void> => {
    next ??= (async () => {
      await writing?.catch(() => undefined);
      writing = next;
      next = undefined;
      await write(file, values);
    })();
    return next;
  };

  const close = async (): Promise<void> => {
    const open = await opening?.catch(() => undefined);
    await (next ?? writing)?.catch(() => undefined);
    opening = undefined;
    await open?.release();
  };

  const held: CheckpointStore = {
    async get(key) {
      const text = (await opened()).values.get(key);
      return text === undefined ? undefined : JSON.parse(text);
    },
    async set(key, value) {
      // The text is made before anything is awaited: what the caller changes afterwards is not what was given.
      const text = JSON.stringify(value) ?? 'null';
      const { values } = await opened();
      await save(values.set(key, text));
    },
    async delete(key) {
      const { values } = await opened();
      const text = values.get(key);
      if (text === undefined) return;
      values.delete(key);
      try {
        await save(values);
      } catch (error) {
        // It is still on the disk, so a second call has something to delete.
        if (!values.has(key)) values.set(key, text);
        throw error;
      }
    },
  };

  return {
    async get(key) {
      keeps = true;
      return held.get(key);
    },
    async set(key, value) {
      keeps = true;
      await held.set(key, value);
    },
    async delete(key) {
      keeps = true;
      await held.delete(key);
    },
    lock(_key, run) {
      const result = locked.then(async () => {
        await opened(patience);
        try {
          return await run(held);
        } finally {
          if (!keeps) await close();
        }
      });
      locked = result.catch(() => undefined);
      return result;
    },
    async close() {
      await locked;
      keeps = false;
      await close();
    },
  };
}

/** How long `lock` waits for another process, in milliseconds. */
const patience = seconds(30);

async function openFile(file: string, until: number): Promise<OpenFile> {
  try {
    let release = await claim(`${file}.lock`);
    while (typeof release !== 'function') {
      if (Date.now() >= until) throw lockedError(file, release);
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
      release = await claim(`${file}.lock`);
    }
    try {
      await sweep(file);
      return { values: await read(file), release };
    } catch (error) {
      await release();
      throw error;
    }
  } catch (error) {
    throw asStoreError(file, 'opened', error);
  }
}

async function read(file: string): Promise<Map<string, string>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return new Map();
    throw error;
  }
  const entries = parse(text);
  if (!entries) throw corruptError(file);
  return new Map(Object.entries(entries).map(([key, value]) => [key, JSON.stringify(value)]));
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Old or new, never half: a crash during the write leaves the old file, and the rename is on the disk when this resolves. */
async function write(file: string, values: Map<string, string>): Promise<void> {
  const temporary = besideOf(file);
  const text = `{${[...values].map(([key, value]) => `\n${JSON.stringify(key)}:${value}`).join(',')}\n}\n`;
  try {
    await mkdir(dirname(file), { recursive: true });
    // A link that somebody laid there would lead to another file.
    await unlink(temporary).catch(() => undefined);
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw asStoreError(file, 'written', error);
  }
}

function lockedError(file: string, holder: Holder): TipstreamError {
  const here = holder.pid === process.pid;
  return new TipstreamError({
    code: 'STORE',
    fatal: true,
    retryable: false,
    message: here
      ? `checkpoint file ${file}: already open in this process (pid ${holder.pid}); make one fileStore and give it to all clients`
      : `checkpoint file ${file}: in use by process ${holder.pid} on ${holder.host}; stop that one first, or use another file`,
  });
}

function corruptError(file: string): TipstreamError {
  return new TipstreamError({
    code: 'STORE',
    fatal: true,
    retryable: false,
    message: `checkpoint file ${file}: its content is no JSON object, so it is not used and not overwritten; restore it from a copy, or move it away to start without checkpoints`,
  });
}

function asStoreError(file: string, verb: string, error: unknown): TipstreamError {
  if (error instanceof TipstreamError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new TipstreamError({
    code: 'STORE',
    message: `checkpoint file ${file}: could not be ${verb}: ${reason}; check the folder, its rights and the space on the disk`,
    cause: error,
  });
}
