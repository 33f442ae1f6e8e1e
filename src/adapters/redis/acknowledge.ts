import type { Clock } from '../../core/time.ts';
import { sleep } from '../../core/time.ts';
import { inTime, type RedisClient, redisError } from './client.ts';

/** Tells a group which entries are done. */
export interface Acknowledger {
  add(entry: string): void;
  /** What can go with a question that is asked anyhow; who takes it tells it, or adds it again. */
  take(): readonly string[];
  /** Resolves when everything is told, or when telling failed. */
  flush(): Promise<void>;
}

const most = 1000;
const waitAfterFailure = 500;

/**
 * Many at once, one step after the other. What could not be told stays and is told again: an entry that nobody acknowledges would come again.
 *
 * @param open - Whether anybody reads: else a failure is final, and the entries come again with the next reader.
 */
export function createAcknowledger(
  redis: RedisClient,
  clock: Clock,
  place: { stream: string; group: string },
  open: () => boolean,
  failed: (error: unknown) => void,
): Acknowledger {
  const waiting: string[] = [];
  let running: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    await undefined;
    while (waiting.length > 0) {
      const now = waiting.splice(0, most);
      try {
        await inTime(clock, redis.call('XACK', place.stream, place.group, ...now));
      } catch (error) {
        failed(redisError('acknowledge', error));
        if (!open()) {
          waiting.length = 0;
          return;
        }
        waiting.unshift(...now);
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
      waiting.push(entry);
      void flush();
    },
    take: () => waiting.splice(0, most),
    flush: () => (waiting.length > 0 || running ? flush() : Promise.resolve()),
  };
}
