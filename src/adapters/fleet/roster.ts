import { isDeepStrictEqual } from 'node:util';
import type { Job, Queue } from 'bullmq';
import { TipstreamError } from '../../core/errors.ts';
import { type Clock, sleep } from '../../core/time.ts';
import { type Channel, checkChannel, jobOf, readAssignment } from './channel.ts';

/** Adds and removes channels, one after the other for each id. */
export interface Roster {
  add(channels: readonly Channel[]): Promise<number>;
  remove(id: string): Promise<boolean>;
}

/** How often is looked whether a removed channel is gone, in milliseconds. */
const look = 250;
/** So many at once. */
const most = 1000;

const stillHeld = (id: string): TipstreamError =>
  new TipstreamError({
    code: 'STORE',
    platform: 'fleet',
    message: `fleet: '${id}' is marked as removed, and its worker has not let it go yet; it will, or call remove() again`,
    retryable: true,
  });

/** @param within - How long a worker may take to let go, in milliseconds. */
export function createRoster(queue: Queue, clock: Clock, within: number): Roster {
  /** What is under way by id: adding what is being removed waits for the end of that. */
  const turns = new Map<string, Promise<unknown>>();

  const inTurn = async <T>(id: string, act: () => Promise<T>): Promise<T> => {
    const turn = (turns.get(id) ?? Promise.resolve()).then(act, act);
    turns.set(id, turn);
    try {
      return await turn;
    } finally {
      if (turns.get(id) === turn) turns.delete(id);
    }
  };

  const find = async (id: string): Promise<Job | undefined> => (await queue.getJob(jobOf(id))) ?? undefined;

  /** Whoever has it lets it go, with everything written; who has it and is dead loses it with the lease. */
  const drop = async (id: string): Promise<boolean> => {
    const until = clock.now() + within;
    for (let known = false; ; known = true) {
      const job = await find(id);
      if (!job) return known;
      if (clock.now() > until) throw stillHeld(id);
      if (!readAssignment(job.data)?.removed) await job.updateData({ ...Object(job.data), removed: true });
      // The queue refuses while somebody has it: then that worker is told, again and again.
      const gone = await job.remove().then(
        () => true,
        () => false,
      );
      if (gone) return true;
      await job.updateProgress({ removed: true }).catch(() => {});
      await sleep(clock, look);
    }
  };

  const addOne = async (channel: Channel): Promise<number> => {
    const job = await find(channel.id);
    const known = job && readAssignment(job.data);
    if (known && !known.removed && isDeepStrictEqual(known.channel, channel)) return 0;
    if (job) await drop(channel.id);
    await queue.add('channel', { channel }, { jobId: jobOf(channel.id), removeOnComplete: true });
    return known && !known.removed ? 0 : 1;
  };

  return {
    async add(channels) {
      // All are checked before the first is written.
      const plain = channels.map((channel): Channel => JSON.parse(JSON.stringify(checkChannel(channel))));
      let added = 0;
      for (let at = 0; at < plain.length; at += most) {
        const part = plain.slice(at, at + most);
        const counts = await Promise.all(part.map((channel) => inTurn(channel.id, () => addOne(channel))));
        added += counts.reduce((sum, count) => sum + count, 0);
      }
      return added;
    },
    remove: (id) => inTurn(id, () => drop(id)),
  };
}
