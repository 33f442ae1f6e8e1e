import type { Clock } from '../../core/time.ts';
import { inTime, type RedisClient, redisError, toList } from './client.ts';
import type { Fence } from './fence.ts';
import type { RelayKeys } from './keys.ts';
import { outcomes, putScript } from './put-script.ts';

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
  /**
   * The outcome of each tip. Rejects when it is not known: the same tips may then be put again.
   *
   * @param after - The id of a tip that is on its way: nothing is written unless that one was.
   */
  put(tips: readonly Written[], fence?: Fence, after?: string): Promise<readonly number[]>;
}

/** Of one step: so many tips, and so much text. The server does nothing else meanwhile. */
export const mostTips = 500;
const mostText = 512 * 1024;
/** Steps under way: while the server is at one, the next is on its way. */
const mostSteps = 2;

interface Job {
  readonly tips: readonly Written[];
  readonly fence: Fence | undefined;
  readonly after: string;
  resolve(outcomes: readonly number[]): void;
  reject(error: unknown): void;
}

const textOf = ({ tips }: Job): number => tips.reduce((sum, { json }) => sum + json.length, 0);

export function createWriter(redis: RedisClient, keys: RelayKeys, keeping: Keeping, clock: Clock): Writer {
  const { idsFor, maxLength, maxAge, hardLimit } = keeping;
  const waiting: Job[] = [];
  let steps = 0;
  let due = false;
  /** Steps that were given up and are still under way: another one behind them would only wait for them. */
  const late = new Set<Promise<unknown>>();

  const send = (jobs: readonly Job[]): Promise<unknown> => {
    const fences: Fence[] = [];
    const words: (string | number)[] = [];
    for (const { tips, fence, after } of jobs) {
      if (fence && !fences.includes(fence)) fences.push(fence);
      words.push(tips.length, fence ? fences.indexOf(fence) + 1 : 0, after);
      for (const { id, json } of tips) words.push(id, json);
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
      if (jobs.length > 0 && (count > mostTips || text > mostText)) break;
      jobs.push(job);
      waiting.shift();
    }
    return jobs;
  };

  const step = async (jobs: readonly Job[]): Promise<void> => {
    steps += 1;
    let answer: Promise<unknown> | undefined;
    try {
      if (late.size > 0) await inTime(clock, Promise.all(late));
      answer = send(jobs);
      const all = toList(await inTime(clock, answer)).map(Number);
      // What is not confirmed is not taken.
      if (all.length !== jobs.reduce((sum, { tips }) => sum + tips.length, 0))
        throw new Error('no answer of the script');
      for (const { tips, resolve } of jobs) resolve(all.splice(0, tips.length));
    } catch (error) {
      if (answer) wait(answer);
      const failure = redisError('publish', error);
      for (const { reject } of jobs) reject(failure);
    }
    steps -= 1;
    pump();
  };

  const wait = (answer: Promise<unknown>): void => {
    const settled: Promise<unknown> = answer.then(
      () => late.delete(settled),
      () => late.delete(settled),
    );
    late.add(settled);
  };

  const pump = (): void => {
    due = false;
    while (steps < mostSteps && waiting.length > 0) void step(next());
  };

  const one = (tips: readonly Written[], fence: Fence | undefined, after: string): Promise<readonly number[]> =>
    new Promise((resolve, reject) => {
      waiting.push({ tips, fence, after, resolve, reject });
    });

  return {
    async put(tips, fence, after = '') {
      const parts: Promise<readonly number[]>[] = [];
      for (let at = 0; at < tips.length; at += mostTips)
        parts.push(one(tips.slice(at, at + mostTips), fence, at === 0 ? after : (tips[at - 1]?.id ?? '')));
      // What is put in the same turn goes together.
      if (!due) queueMicrotask(pump);
      due = true;
      const all = (await Promise.all(parts)).flat();
      if (all.includes(outcomes.early)) throw redisError('publish', new Error('what comes before it was not written'));
      return all;
    },
  };
}
