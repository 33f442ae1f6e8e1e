import type { RateLimit, TipstreamError } from '../core/errors.ts';
import type { Stop } from '../core/time.ts';

declare global {
  interface SymbolConstructor {
    /** Newer than ES2022: declared as `@types/node` does it, so that `await using` works and an older `lib` compiles. */
    readonly asyncDispose: unique symbol;
  }
}

/** How a watcher wants its events. */
export interface WatchOptions {
  /** Ends this watcher. A `for await` ends without a throw. */
  signal?: AbortSignal | undefined;
  /**
   * How many untaken events wait for this watcher at most. A polled source is simply asked later, so nothing of it is
   * dropped unless `buffer` or `overflow` is given.
   * @default 10000 events
   */
  buffer?: number | undefined;
  /**
   * What happens when the buffer is full.
   * @default 'drop-newest'
   */
  overflow?: 'drop-newest' | 'drop-oldest' | 'error' | undefined;
  /**
   * What happens with an event whose callback throws. `skip` reports it as `failed` and goes on; `stop` ends this watcher
   * with `CONSUMER` and leaves the event untaken; `retry` gives the same event again after 1, 2, 4 ... 30 s.
   * @default 'stop' with a checkpoint, else 'skip'; an observer skips
   */
  onFailure?: 'skip' | 'stop' | 'retry' | undefined;
  /**
   * A log or a view: it sees every event, and nothing waits for it.
   * @default false
   */
  observe?: boolean | undefined;
  /** Names this watcher in `status`, `failed` and `gap`. */
  label?: string | undefined;
  /** Called with the error that ended this watcher. */
  onError?: ((error: TipstreamError) => void) | undefined;
}

/** What a stream is doing. */
export type StreamState = 'idle' | 'connecting' | 'live' | 'waiting' | 'behind' | 'stalled' | 'unsubscribed' | 'ended';

/** The state of one source, told whenever it changes. */
export interface StreamStatus {
  state: StreamState;
  platform: string;
  channel?: string;
  /** Which of the platform's wire formats is spoken. */
  dialect?: string;
  /** When this state began, Unix time in milliseconds. */
  since: number;
  /** A sentence for the person who looks. */
  reason?: string;
  /** When the source is asked again, Unix time in milliseconds. */
  retryAt?: number;
}

/** Continuity could not be shown: events may be missing. */
export interface StreamGap {
  platform: string;
  channel?: string;
  /** When it began, Unix time in milliseconds. */
  from?: number;
  /** When it was noticed, Unix time in milliseconds. */
  to: number;
  reason: 'truncated' | 'window' | 'overflow' | 'disconnected' | 'restart' | (string & {});
  /** How many events are missing, where known. */
  count?: number;
  /** Whose buffer it was, with `overflow`. */
  label?: string;
}

/** A payload that could not be read. It holds no content. */
export interface InvalidEvent {
  platform: string;
  /** Where in the payload, e.g. `events[3].tip.tokens`. */
  path: string;
  /** What is wrong there, e.g. `amount missing`. */
  code: string;
}

/** What `on(name)` hands to its listener. */
export interface StreamSignals<T> {
  status: StreamStatus;
  /** Every error; `for await` throws only the fatal one, after the last event was taken. */
  error: TipstreamError;
  gap: StreamGap;
  invalid: InvalidEvent;
  /** A callback threw. */
  failed: { event: T; error: unknown; label?: string };
  ratelimit: { platform: string; rate: string } & RateLimit;
  end: TipstreamError | undefined;
}

/** Counters since the stream was made. */
export interface StreamStats {
  /** Events given to the watchers. */
  eventsProcessed: number;
  /** Re-deliveries that were dropped by their id. */
  duplicates: number;
  /** Payloads that could not be read. */
  invalid: number;
  /** Requests made. */
  polls: number;
  /** Failures by `error.code`. */
  errors: Partial<Record<TipstreamError['code'], number>>;
  gaps: number;
  /** Events offered and not yet taken. */
  untaken: number;
  watchers: number;
  /** Unix time in milliseconds. */
  lastEventAt?: number;
  /** Unix time in milliseconds. */
  lastSuccessAt?: number;
}

/**
 * Events over time. Cold until watched, one source for many watchers, stopped after the last; each watcher gets every event.
 * An event is taken when the callback returned or its promise resolved, or when the loop asked for the next one; what the last
 * watcher left untaken is offered to the next.
 */
export interface EventStream<T> extends AsyncIterable<T> {
  /** Calls `next` with one event at a time, in order. */
  subscribe(next: (event: T) => void | Promise<void>, options?: WatchOptions): Stop;
  /** The same as `for await (const event of stream)`, with options. Watching begins with the call. */
  iterate(options?: WatchOptions): AsyncIterableIterator<T>;
  /** The events as a web stream that reads nothing ahead. */
  toReadableStream(options?: WatchOptions): ReadableStream<T>;
  /** Listens to what happens beside the events. It does not watch: a stream nobody watches stays idle. */
  on<N extends keyof StreamSignals<T>>(name: N, listener: (signal: StreamSignals<T>[N]) => void): Stop;
  /** Resolves with the first successful poll or subscription, and rejects when the stream ends in an error before it. */
  ready(options?: { signal?: AbortSignal | undefined }): Promise<void>;
  /** Counters since the stream was made. */
  stats(): StreamStats;
  /** Stops asking, lets running callbacks finish (5 s at most), commits, and resolves. The stream can be watched again. */
  close(): Promise<void>;
  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
