import type { TipstreamError } from '../../core/errors.ts';
import { type Logger, plainLogger } from '../../core/logger.ts';
import { type Clock, seconds } from '../../core/time.ts';
import { createLog } from '../../stream/log.ts';
import { inTime, type RedisClient, redisError } from './client.ts';

/** Whether Redis can be asked. */
export interface Reach {
  readonly away: boolean;
  /** Runs a command within a short time; what fails makes Redis away. */
  run<T>(clock: Clock, command: () => Promise<T>): Promise<T | undefined>;
  /** Runs a command that nobody waits for. Whether Redis is away, the next call finds out. */
  tell(command: () => Promise<unknown>): void;
}

/** Who is told. */
interface Told {
  onError?: ((error: TipstreamError) => void) | undefined;
  logger?: Logger | false | undefined;
}

/** A call waits behind this: a Redis that is slower is away. */
const patience = seconds(1);
/** How often a Redis that is away is asked whether it is back. */
const probeEvery = seconds(1);

export function createReach(redis: RedisClient, { logger = plainLogger(), onError }: Told): Reach {
  let away = false;
  let probeAt = 0;
  let probing = false;
  let say = (_level: 'info' | 'warn', _text: string): void => {};

  const leave = (thrown: unknown, clock: Clock): void => {
    if (away) return;
    away = true;
    probeAt = clock.now() + probeEvery;
    const error = redisError('count calls', thrown);
    say('warn', `${error.message}. Until it is back, this process counts by itself`);
    try {
      onError?.(error);
    } catch {}
  };

  /** Beside the calls: none of them waits for the answer. */
  const probe = (clock: Clock): void => {
    if (probing || clock.now() < probeAt) return;
    probing = true;
    const ended = (): void => {
      probing = false;
      probeAt = clock.now() + probeEvery;
    };
    redis.call('PING').then(() => {
      ended();
      away = false;
      say('info', 'redis is back, the processes count together again');
    }, ended);
  };

  return {
    get away() {
      return away;
    },
    tell(command) {
      if (!away) command().catch(() => {});
    },
    async run(clock, command) {
      say = createLog('redis', clock, logger);
      if (away) {
        probe(clock);
        return undefined;
      }
      try {
        return await inTime(clock, command(), patience);
      } catch (error) {
        leave(error, clock);
        return undefined;
      }
    },
  };
}
