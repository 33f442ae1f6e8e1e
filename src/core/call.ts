import { type ErrorCode, TipstreamError, type TipstreamErrorInit } from './errors.ts';
import type { TelemetryContext } from './telemetry.ts';
import type { Clock, Stop } from './time.ts';

/** What was done so far; calls that are answered together have one together. */
export interface Progress {
  attempts: number;
  sent: 'no' | 'maybe' | 'yes';
  /** The address without credentials; built only when somebody asks. */
  url?: () => string;
}

/** What is known of a call; every error of it carries this. */
export interface Facts {
  readonly where: { readonly platform: string; readonly endpoint: string; readonly method: string };
  /** When the call began, on the client's clock. */
  readonly since: number;
  /** When it has to be over. */
  deadlineAt?: number | undefined;
  progress: Progress;
}

/** Something that runs until it is done, or until its signal, its time limit or its client ends it. */
export interface Call {
  readonly facts: Facts;
  readonly clock: Clock;
  /** Why it ended early. */
  failure: TipstreamError | undefined;
  /** Ends what takes only signals; made by `signalOf`. */
  controller: AbortController | undefined;
  /** The credential that it was sent with. */
  token?: string;
  /** Told when it ends early. */
  readonly failed: Set<(error: TipstreamError) => void>;
  /** What has to be let go of when it is over. */
  readonly stops: Stop[];
}

/** Opens a call that ends with the signal of its caller. */
export function openCall(clock: Clock, facts: Facts, signal?: AbortSignal): Call {
  const call: Call = { facts, clock, failure: undefined, controller: undefined, failed: new Set(), stops: [] };
  if (!signal) return call;
  const abort = (): void => fail(call, errorOf(call, 'ABORTED', 'ended by its signal', { cause: signal.reason }));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  call.stops.push(() => signal.removeEventListener('abort', abort));
  return call;
}

/** What telemetry says of a call. */
export function contextOf({ clock, facts: { where, progress } }: Call): TelemetryContext {
  const { attempts, url } = progress;
  return { ...where, ...(url && { url: url() }), attempt: attempts, at: clock.now() };
}

/** An error of a call. */
export function errorOf(call: Call, code: ErrorCode, text: string, more?: Partial<TipstreamErrorInit>): TipstreamError {
  const { attempt: attempts, ...context } = contextOf(call);
  const { since, progress } = call.facts;
  return new TipstreamError({
    ...context,
    attempts,
    sent: progress.sent,
    elapsedMs: context.at - since,
    ...more,
    code,
    message: `${context.platform} ${context.endpoint}: ${text}`,
  });
}

/** Ends a call now: everything that `race` waits for rejects at once. */
export function fail(call: Call, error: TipstreamError): void {
  if (call.failure) return;
  call.failure = error;
  call.controller?.abort(error);
  for (const run of [...call.failed]) run(error);
}

/** The end of a call for what takes only signals. */
export function signalOf(call: Call): AbortSignal {
  if (!call.controller) {
    call.controller = new AbortController();
    if (call.failure) call.controller.abort(call.failure);
  }
  return call.controller.signal;
}

/** Ends a call in `ms` milliseconds with `TIMEOUT`. */
export function limitCall(call: Call, ms: number, text: string): Stop {
  const stop = call.clock.after(ms, () => fail(call, errorOf(call, 'TIMEOUT', text)));
  call.stops.push(stop);
  return stop;
}

/** Runs when a call ends early. */
export function onFail(call: Call, run: (error: TipstreamError) => void): Stop {
  if (call.failure) run(call.failure);
  else call.failed.add(run);
  return () => call.failed.delete(run);
}

/** Waits for `promise` as long as the call lasts. */
export const race = <T>(call: Call, promise: PromiseLike<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = onFail(call, reject);
    // Settled before the listener goes: what comes after that is not heard.
    promise.then(resolve, reject).then(stop);
  });
