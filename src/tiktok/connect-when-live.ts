import type { Connection } from '../core/connection.ts';
import { isTipstreamError } from '../core/errors.ts';
import { type CallOptions, checkDuration } from '../core/options.ts';
import { minutes } from '../core/time.ts';
import { type ConnectInput, newSession } from './inputs.ts';
import type { ConnectResult } from './schemas/live.ts';

/** What `live.connectWhenLive` takes beside its input. */
export interface WhenLiveOptions {
  /** Ends the wait with `ABORTED`. */
  signal?: AbortSignal | undefined;
  /** The time between two tries, in milliseconds, at least. @default minutes(1) */
  every?: number | undefined;
}

/** What passes: nobody is live yet, or the service is not well. */
const passes = (error: unknown): boolean =>
  isTipstreamError(error) && (error.problem?.reason === 'NOT_LIVE' || error.retryable);

/** Waits, and no longer than the client is open. */
const pause = ({ call }: Connection, ms: number, signal: AbortSignal | undefined): Promise<void> =>
  call(
    { name: 'live.connectWhenLive', method: 'POST' },
    signal,
    ({ clock, stops }) => new Promise((resolve) => void stops.push(clock.after(ms, resolve))),
  );

/** Tries to connect until somebody is live, and never sooner than the service allows (TT-19). */
export async function connectWhenLive(
  connect: (input: ConnectInput, options: CallOptions) => Promise<ConnectResult>,
  connection: Connection,
  input: ConnectInput,
  { signal, every = minutes(1) }: WhenLiveOptions = {},
): Promise<ConnectResult> {
  checkDuration('tiktok', 'every', every);
  // Every try is for the same session.
  const asked = { ...input, sessionId: input.sessionId ?? newSession() };
  for (;;) {
    try {
      return await connect(asked, { signal });
    } catch (error) {
      if (!passes(error)) throw error;
      const wait = Math.max(every, (isTipstreamError(error) && error.retryAfterMs) || 0);
      await pause(connection, wait, signal);
    }
  }
}
