import type { TipstreamError } from '../../core/errors.ts';
import { type Logger, plainLogger } from '../../core/logger.ts';
import { type Clock, seconds } from '../../core/time.ts';
import { createLog } from '../../stream/log.ts';
import { type RedisClient, redisError } from './client.ts';
import { createGate } from './gate.ts';

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
export function createReach(redis: RedisClient, { logger = plainLogger(), onError }: Told): Reach {
  let say = (_level: 'info' | 'warn', _text: string): void => {};
  let refused = false;

  const tell = (thrown: unknown): void => {
    const error = redisError('count calls', thrown);
    say('warn', `${error.message}. Until it is back, this process counts by itself`);
    try {
      onError?.(error);
    } catch {}
  };

  const gate = createGate(redis, {
    limit: patience,
    left: tell,
    back: () => say('info', 'redis is back, the processes count together again'),
  });

  return {
    get away() {
      return gate.away;
    },
    tell(command) {
      if (!gate.away) command().catch(() => {});
    },
    async run(clock, command) {
      say = createLog('redis', clock, logger);
      const before = gate.away;
      try {
        const answer = await gate.ask(clock, command);
        refused = false;
        return answer;
      } catch (error) {
        // It answers, and says no: to each call, so it is told once.
        if (!before && !gate.away && !refused) {
          refused = true;
          tell(error);
        }
        return undefined;
      }
    },
  };
}
