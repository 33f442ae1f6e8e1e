import type { Clock } from '../../core/time.ts';
import { inTime, type RedisClient, redisError, toList } from './client.ts';
import type { Fence } from './fence.ts';
import type { RelayKeys } from './keys.ts';
import { putScript } from './put-script.ts';

/** How long ids are remembered and entries kept; 0 is no limit. */
export interface Keeping {
  readonly idsFor: number;
  readonly maxLength: number;
  readonly maxAge: number;
  readonly hardLimit: number;
}

/** A tip as it is written. */
export interface Written {
  readonly id: string;
  readonly json: string;
}

/** Writes tips, in the order in which they come, many in one step. */
export interface Writer {
  /** The outcome of each tip. Rejects when it is not known: the same tips may then be put again. */
  put(tips: readonly Written[], fence: Fence | undefined): Promise<readonly number[]>;
}

/** Of one step: so many tips, and so much text. The server does nothing else meanwhile. */
const most = 500;
const mostText = 512 * 1024;

interface Job {
  readonly tips: readonly Written[];
  readonly fence: Fence | undefined;
  resolve(outcomes: readonly number[]): void;
  reject(error: unknown): void;
}

const textOf = ({ tips }: Job): number => tips.reduce((sum, { json }) => sum + json.length, 0);

export function createWriter(redis: RedisClient, keys: RelayKeys, keeping: Keeping, clock: Clock): Writer {
  const { idsFor, maxLength, maxAge, hardLimit } = keeping;
  const waiting: Job[] = [];
  let writing = false;
  /** A step that was given up and is still under way: a second one behind it would only wait for it. */
  let late: Promise<unknown> | undefined;

  const send = (jobs: readonly Job[]): Promise<unknown> => {
    const fences: Fence[] = [];
    const words: (string | number)[] = [];
    for (const { tips, fence } of jobs) {
      if (fence && !fences.includes(fence)) fences.push(fence);
      const lease = fence ? fences.indexOf(fence) + 1 : 0;
      for (const { id, json } of tips) words.push(lease, id, json);
    }
    return putScript(
      redis,
      [keys.stream, keys.young, keys.old, keys.facts, ...fences.map(({ key }) => key)],
      [idsFor, maxLength, maxAge, hardLimit, fences.length, ...fences.map(({ token }) => token), ...words],
    );
  };

  /** What fits into one step; at least one job. */
  const next = (): Job[] => {
    const jobs: Job[] = [];
    for (let count = 0, text = 0, job = waiting[0]; job; job = waiting[0]) {
      count += job.tips.length;
      text += textOf(job);
      if (jobs.length > 0 && (count > most || text > mostText)) break;
      jobs.push(job);
      waiting.shift();
    }
    return jobs;
  };

  const step = async (jobs: readonly Job[]): Promise<void> => {
    try {
      if (late) await inTime(clock, late);
      const answer = send(jobs);
      const settled = (): void => {
        late = undefined;
      };
      late = answer.then(settled, settled);
      const outcomes = toList(await inTime(clock, answer)).map(Number);
      for (const { tips, resolve } of jobs) resolve(outcomes.splice(0, tips.length));
    } catch (error) {
      const failure = redisError('publish', error);
      for (const { reject } of jobs) reject(failure);
    }
  };

  const drain = async (): Promise<void> => {
    writing = true;
    // What is put in the same turn goes together.
    await undefined;
    while (waiting.length > 0) await step(next());
    writing = false;
  };

  return {
    async put(tips, fence) {
      const parts: Promise<readonly number[]>[] = [];
      for (let at = 0; at < tips.length; at += most)
        parts.push(
          new Promise((resolve, reject) => {
            waiting.push({ tips: tips.slice(at, at + most), fence, resolve, reject });
          }),
        );
      if (!writing) void drain();
      return (await Promise.all(parts)).flat();
    },
  };
}
