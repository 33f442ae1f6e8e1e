import type { TipstreamError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import { sleep } from '../../core/time.ts';
import { inTime, type RedisClient, redisError } from './client.ts';

/** Tells a group which entries are done. */
export interface Acknowledger {
  add(entry: string): void;
  /** Whether it is still to be told, or on its way: the server gives such a one out again. */
  owes(entry: string): boolean;
  /** Tells what waits together with a question that is asked anyhow. What fails waits on. */
  tellBy(send: (entries: readonly string[]) => Promise<unknown>): void;
  /** Resolves when everything is told, or when telling failed. */
  flush(): Promise<void>;
}

const most = 1000;
const waitAfterFailure = 500;

/**
 * Many at once, one step after the other. What could not be told stays and is told again: an entry that nobody acknowledges would come again.
 *
 * @param open - Whether anybody reads: else what failed waits for the next reader.
 */
export function createAcknowledger(
  redis: RedisClient,
  clock: Clock,
  place: { stream: string; group: string },
  open: () => boolean,
  failed: (error: TipstreamError) => void,
): Acknowledger {
  const waiting: string[] = [];
  const owed = new Set<string>();
  const told = (entries: readonly string[]): void => {
    for (const entry of entries) owed.delete(entry);
  };
  let running: Promise<void> | undefined;
  let failing = false;
  const drain = async (): Promise<void> => {
    await undefined;
    while (waiting.length > 0) {
      const now = waiting.splice(0, most);
      try {
        await inTime(clock, redis.call('XACK', place.stream, place.group, ...now));
        told(now);
        failing = false;
      } catch (thrown) {
        waiting.unshift(...now);
        const error = redisError('acknowledge', thrown);
        // Once for an outage.
        if (!failing || error.fatal) failed(error);
        failing = true;
        if (!open()) return;
        await sleep(clock, waitAfterFailure);
      }
    }
  };
  const flush = (): Promise<void> => {
    running ??= drain().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    add(entry) {
      owed.add(entry);
      waiting.push(entry);
      void flush();
    },
    owes: (entry) => owed.has(entry),
    tellBy(send) {
      const now = waiting.splice(0, most);
      if (now.length === 0) return;
      send(now).then(
        () => told(now),
        () => {
          waiting.unshift(...now);
          void flush();
        },
      );
    },
    flush: () => (waiting.length > 0 || running ? flush() : Promise.resolve()),
  };
}
