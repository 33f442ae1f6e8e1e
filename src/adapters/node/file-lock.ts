import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rmdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Stop, seconds } from '../../core/time.ts';

/** Who holds a lock. */
export interface Holder {
  pid: number;
  /** When the process started, in the words of the system: a number that was given to another process since is not the holder. */
  start: string;
  host: string;
}

/** Another machine cannot be asked whether a process lives there, so its claim counts while it is touched this often. */
const heartbeat = seconds(10);
const foreignClaimLives = 3 * heartbeat;

/**
 * Claims the folder `directory`, or says who has it. Each process puts a claim under a name of its own into it and only
 * then looks for the claims of others; whoever sees a living one steps back. So two can never both hold the lock, and the
 * claim of a dead process can be removed by anybody, because its name is never used again.
 *
 * @returns The function that releases the lock, or the process that holds it.
 */
export async function claim(directory: string): Promise<(() => Promise<void>) | Holder> {
  const self: Holder = { pid: process.pid, start: (await look(process.pid)).start, host: hostname() };
  for (let attempt = 0; ; attempt += 1) {
    const name = nameOf(self);
    await put(directory, name);
    const other = await livingClaim(directory, name, self.host);
    if (!other) {
      const stop = keepAlive(join(directory, name));
      return () => {
        stop();
        return release(directory, name);
      };
    }
    await release(directory, name);
    // Two that start in the same moment see each other; they look again before they give up.
    if (attempt === 3) return other;
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 45));
  }
}

/** The name says everything, so that a claim exists whole or not at all. */
const nameOf = ({ pid, start, host }: Holder): string =>
  `${pid}.${start}.${randomBytes(6).toString('hex')}.${encodeURIComponent(host)}`;

function holderOf(name: string): Holder | undefined {
  const [, pid, start, host] = /^(\d+)\.(\d*)\.[0-9a-f]+\.(.*)$/.exec(name) ?? [];
  return pid === undefined || start === undefined || host === undefined
    ? undefined
    : { pid: Number(pid), start, host: decodeURIComponent(host) };
}

async function put(directory: string, name: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await mkdir(directory, { recursive: true });
      return await writeFile(join(directory, name), '', { flag: 'wx', mode: 0o600 });
    } catch (error) {
      // Whoever released the lock in this moment took the folder along, perhaps while it was being looked at.
      if (!hasCode(error, 'ENOENT') || attempt === 50) throw error;
    }
  }
}

async function livingClaim(directory: string, own: string, host: string): Promise<Holder | undefined> {
  for (const name of await readdir(directory)) {
    const holder = name === own ? undefined : holderOf(name);
    if (!holder) continue;
    const path = join(directory, name);
    if (await lives(holder, host, path)) return holder;
    await unlink(path).catch(ignoreMissing);
  }
  return undefined;
}

async function lives(holder: Holder, host: string, path: string): Promise<boolean> {
  if (holder.host !== host) {
    const touched = await stat(path).catch(ignoreMissing);
    return touched !== undefined && Date.now() - touched.mtimeMs < foreignClaimLives;
  }
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (!hasCode(error, 'EPERM')) return false;
  }
  const { start, dead } = await look(holder.pid);
  return !dead && (start === '' || holder.start === '' || start === holder.start);
}

/** What Linux shows of a process. Elsewhere nothing, and the number of the process alone decides. */
async function look(pid: number): Promise<{ start: string; dead: boolean }> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, and may hold spaces and brackets itself.
    const [state = '', ...fields] = line.slice(line.lastIndexOf(')') + 2).split(' ');
    // A killed process keeps its number until its parent looks at it.
    return { start: fields[18] ?? '', dead: state === 'Z' || state === 'X' };
  } catch {
    return { start: '', dead: false };
  }
}

function keepAlive(path: string): Stop {
  const timer = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), heartbeat);
  timer.unref();
  return () => clearInterval(timer);
}

async function release(directory: string, name: string): Promise<void> {
  await unlink(join(directory, name)).catch(ignoreMissing);
  // Somebody else's claim keeps the folder.
  await rmdir(directory).catch(() => undefined);
}

/** Whether a caught value is an error of the file system with this code. */
export const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

function ignoreMissing(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT')) throw error;
  return undefined;
}
