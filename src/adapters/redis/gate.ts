import { type Clock, minutes, seconds } from '../../core/time.ts';
import { inTime, type RedisClient } from './client.ts';

/** Asks Redis as long as it answers; while it does not, nobody waits for it. */
export interface Gate {
  readonly away: boolean;
  /** Rejects when the command fails or is late, and at once while Redis is away. */
  ask<T>(clock: Clock, command: () => Promise<T>): Promise<T>;
}

/** What a gate needs to know. */
export interface GateOptions {
  /** What is later than this is late, in milliseconds. */
  limit: number;
  /** Redis is away: the first command that failed, and how. */
  left?: (thrown: unknown) => void;
  /** It answers again. */
  back?: () => void;
}

/** How often a Redis that is away is asked whether it is back, and how seldom at last one that answers that and fails all else. */
const soon = seconds(1);
const seldom = minutes(1);

/** What the server itself says is an answer. */
const isAnswer = (thrown: unknown): boolean => Object(thrown).name === 'ReplyError';

export function createGate(redis: RedisClient, { limit, left, back }: GateOptions): Gate {
  let away = false;
  let probeAt = 0;
  let probing = false;
  let rest = soon;

  /** Beside the commands: none of them waits for the answer. */
  const probe = (clock: Clock): void => {
    const left = probeAt - clock.now();
    // More than the longest wait is left where the clock was set back.
    if (probing || (left > 0 && left <= seldom)) return;
    probing = true;
    const ended = (): void => {
      probing = false;
      probeAt = clock.now() + soon;
    };
    redis.call('PING').then(() => {
      ended();
      away = false;
      back?.();
    }, ended);
  };

  return {
    get away() {
      return away;
    },
    async ask(clock, command) {
      if (away) {
        probe(clock);
        throw new Error('it was away a moment ago');
      }
      try {
        const answer = await inTime(clock, command(), limit);
        rest = soon;
        return answer;
      } catch (error) {
        if (!away && !isAnswer(error)) {
          away = true;
          probeAt = clock.now() + rest;
          rest = Math.min(2 * rest, seldom);
          left?.(error);
        }
        throw error;
      }
    },
  };
}
