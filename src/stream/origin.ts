import { TipstreamError } from '../core/errors.ts';
import { withPrototype } from '../core/prototype.ts';
import type { Clock, Stop } from '../core/time.ts';
import type { EventStream, StreamSignals, StreamStats } from './event-stream.ts';
import type { Ticket } from './ticket.ts';

/** One watcher, as a source sees it. */
export interface Watcher<T> {
  /** Nothing waits for it. Read anew at each event: a derived stream counts while one of its watchers does. */
  readonly observe: boolean;
  /** Offers an event. Whoever keeps it beyond this call holds the ticket. */
  next(event: T, ticket: Ticket | undefined): void;
  /** Nothing follows. */
  end(error: TipstreamError | undefined): void;
  /** Takes nothing more, leaves what waits, and resolves when the running callback is through. */
  finish(): Promise<void> | undefined;
}

const observing: { readonly observe: boolean } & ThisType<{ of: { readonly observe: boolean } }> = {
  get observe() {
    return this.of.observe;
  },
};

/** A watcher that counts while `of` does. */
export const watcherFor = <T>(of: { readonly observe: boolean }, does: Omit<Watcher<T>, 'observe'>): Watcher<T> =>
  withPrototype<typeof observing, Omit<Watcher<T>, 'observe'> & { of: object }>(observing, { of, ...does });

/** What `watch` returns. */
export interface Handle {
  /**
   * Begins to give: what earlier watchers left, then what comes. Apart from `watch`, so that a watcher can stop meanwhile, and whoever watches a
   * source in several ways has done so in all of them before it gives.
   */
  begin(): void;
  stop(): void;
  /** The watcher began or ceased to count. */
  recount(): void;
  /** Before `offer`, of all handles of one newcomer: what is offered then is for each of them. */
  invite(): void;
  /** Offers once more what earlier watchers left. */
  offer(): void;
}

/** The inside of an `EventStream`: what operators connect. */
export interface Origin<T> {
  readonly platform: string;
  readonly clock: Clock;
  /** Untaken events survive a restart, so a failing callback stops its watcher instead of skipping. */
  readonly durable: boolean;
  /** How many events may be untaken before the source waits; `Infinity` where it cannot wait. */
  readonly ahead: number;
  watch(watcher: Watcher<T>): Handle;
  on<N extends keyof StreamSignals<T>>(name: N, listener: (signal: StreamSignals<T>[N]) => void): Stop;
  emit<N extends keyof StreamSignals<T>>(name: N, signal: StreamSignals<T>[N]): void;
  ready(signal: AbortSignal | undefined): Promise<void>;
  stats(): StreamStats;
  close(): Promise<void>;
  /** Writes down what was taken. */
  settle(): Promise<void>;
}

/** The property of a stream that holds its inside. Every copy of this library on a page uses the same. */
export const inside = '~origin';

/** @throws {TipstreamError} `CONFIG` when the value is no stream of this library. */
export function originOf<T>(stream: EventStream<T>): Origin<T> {
  const origin = (stream as { [inside]?: Origin<T> } | undefined)?.[inside];
  if (origin) return origin;
  throw new TipstreamError({
    code: 'CONFIG',
    message: 'tipstream: this is no EventStream; make one with createSource()',
  });
}
