import type { Answer } from '../core/connection.ts';
import type { RateLimit } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock, Random } from '../core/time.ts';
import type { CheckpointOption } from './checkpoint.ts';

/** One answer of a polled source. */
export interface Batch<E> {
  events: readonly E[];
  /** What to ask with next. Never a credential. */
  cursor?: string | undefined;
  /** Ask again at once, without waiting for the interval. */
  again?: boolean | undefined;
  /** What the answer's `Date` says, Unix time in milliseconds. */
  serverDate?: number | undefined;
  /** From the request to the last byte, in milliseconds. */
  elapsedMs: number;
  /** What the answer says of calls left. */
  rateLimit?: RateLimit | undefined;
}

/** An answer as a batch. */
export const toBatch = <E>(
  answer: Answer<unknown>,
  events: readonly E[],
  more: Pick<Batch<E>, 'cursor' | 'again'> = {},
): Batch<E> => ({
  events,
  elapsedMs: answer.elapsedMs,
  serverDate: answer.serverDate,
  rateLimit: answer.rateLimit,
  ...more,
});

/** What belongs to a source, however many streams are made of it. */
export interface SourceSettings {
  /** Milliseconds from one question to the next. */
  interval?: number | undefined;
  /** What happens to events from before the start. @default 'deliver' with a checkpoint or a source that drains, else 'skip' */
  backlog?: 'deliver' | 'mark' | 'skip' | undefined;
  /** The answers show a sliding window: what the previous one ended with is not new. @default false */
  overlap?: boolean | undefined;
  /** Where the stream keeps how far it came, so that a restart goes on there. @default none: a restart begins anew */
  checkpoint?: CheckpointOption | undefined;
  /** How many events may be untaken before the source waits. @default 256 events */
  ahead?: number | undefined;
}

/** How a source is polled. */
export interface PollOptions<E> extends SourceSettings {
  platform: string;
  channel?: string | undefined;
  dialect?: string | undefined;
  /** Asks once. Rejects with a `TipstreamError`, whose code says how long to wait. */
  ask(cursor: string | undefined, signal: AbortSignal): Promise<Batch<E>>;
  /** The upstream's id of an event, where there is one. */
  eventId?: ((event: E) => string | undefined) | undefined;
  /** When an event happened, Unix time in milliseconds, where it says so. */
  eventTime?: ((event: E) => number | undefined) | undefined;
  /** Takes the name out of an anonymous event: what is written to a store went through here. */
  mask?: ((event: E) => E) | undefined;
  /** What tells one event of a sliding window from another. @default the masked event as JSON */
  text?: ((event: E) => string) | undefined;
  /** Each event is handed out once, so what was read and not kept is lost. Else a cursor says where to go on. */
  drains: boolean;
  interval: number;
  /** The key in the checkpoint store, where the user gave none. */
  checkpointKey: string;
  clock: Clock;
  random: Random;
  logger?: Logger | false | undefined;
}
