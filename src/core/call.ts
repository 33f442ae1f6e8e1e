import { type ErrorCode, TipstreamError, type TipstreamErrorInit } from './errors.ts';
import type { TelemetryContext } from './telemetry.ts';
import type { Clock, Stop } from './time.ts';

/** What is known of a call so far; every error of it carries this. */
export interface Facts {
  readonly platform: string;
  readonly endpoint: string;
  readonly method: string;
  /** When the call began, on the client's clock. */
  readonly since: number;
  /** When it has to be over. */
  deadlineAt?: number | undefined;
  /** What was done for this call by one that it shares with others. */
  shared?: Facts;
  /** The address without credentials; built only when somebody asks. */
  url?: () => string;
  attempts: number;
  sent: 'no' | 'maybe' | 'yes';
}

/** Something that runs until it is done, or until its signal, its time limit or its client ends it. */
export interface Call {
  readonly facts: Facts;
  /** Why it ended early. */
  readonly failure: TipstreamError | undefined;
  /** For what takes only signals. Made when first asked for. */
  readonly signal: AbortSignal;
  /** What telemetry says of it. */
  context(): TelemetryContext;
  /** An error of this call. */
  error(code: ErrorCode, text: string, more?: Partial<TipstreamErrorInit>): TipstreamError;
  /** Ends it now: everything that `race` waits for rejects at once. */
  fail(error: TipstreamError): void;
  /** Ends it in `ms` milliseconds with `TIMEOUT`. */
  limit(ms: number, text: string): void;
  onFail(run: (error: TipstreamError) => void): Stop;
  /** Waits for `promise` as long as the call lasts. */
  race<T>(promise: PromiseLike<T>): Promise<T>;
  /** Clears every timer and listener. */
  end(): void;
}

/** Opens a call that ends with `parent`: a signal of the caller, or the call that it is an attempt of. */
export function openCall(clock: Clock, facts: Facts, parent?: AbortSignal | Call): Call {
  let failure: TipstreamError | undefined;
  let controller: AbortController | undefined;
  const failed = new Set<(error: TipstreamError) => void>();
  const stops: Stop[] = [];
  const call: Call = {
    facts,
    get failure() {
      return failure;
    },
    get signal() {
      controller ??= new AbortController();
      if (failure) controller.abort(failure);
      return controller.signal;
    },
    context() {
      const { platform, endpoint, method } = facts;
      const { attempts, url } = facts.shared ?? facts;
      return { platform, endpoint, method, ...(url && { url: url() }), attempt: attempts, at: clock.now() };
    },
    error(code, text, more) {
      const { platform, endpoint, method, since } = facts;
      const { attempts, sent, url } = facts.shared ?? facts;
      const message = `${platform} ${endpoint}: ${text}`;
      const elapsedMs = clock.now() - since;
      return new TipstreamError({
        platform,
        endpoint,
        method,
        attempts,
        sent,
        elapsedMs,
        url: url?.(),
        at: clock.now(),
        ...more,
        code,
        message,
      });
    },
    fail(error) {
      if (failure) return;
      failure = error;
      controller?.abort(error);
      for (const run of [...failed]) run(error);
    },
    limit(ms, text) {
      stops.push(clock.after(ms, () => call.fail(call.error('TIMEOUT', text))));
    },
    onFail(run) {
      if (failure) run(failure);
      else failed.add(run);
      return () => failed.delete(run);
    },
    race: (promise) =>
      new Promise((resolve, reject) => {
        const stop = call.onFail(reject);
        promise.then(
          (value) => {
            stop();
            resolve(value);
          },
          (error) => {
            stop();
            reject(error);
          },
        );
      }),
    end() {
      for (const stop of stops.splice(0)) stop();
      failed.clear();
    },
  };
  if (parent && 'facts' in parent) stops.push(parent.onFail(call.fail));
  else if (parent) {
    const abort = (): void => call.fail(call.error('ABORTED', 'ended by its signal', { cause: parent.reason }));
    if (parent.aborted) abort();
    else {
      parent.addEventListener('abort', abort);
      stops.push(() => parent.removeEventListener('abort', abort));
    }
  }
  return call;
}
