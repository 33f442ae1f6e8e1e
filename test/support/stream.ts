import type { EventStream, WatchOptions } from '../../src/stream/event-stream.ts';
import { createSource, type Source, type SourceOptions } from '../../src/stream/source.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { settle, type TestClock, testClock } from './clock.ts';

/** A source of numbers on a clock that stands still, and the answers to what was pushed. */
export interface Numbers extends Source<number> {
  readonly clock: TestClock;
  /** What `push` was called with, and whether it was answered with `taken` or `refused`. */
  readonly answers: Map<number, 'taken' | 'refused'>;
  /** Pushes each and waits until everything that can run has run. */
  send(...values: number[]): Promise<void>;
}

export function numbers(options: Partial<SourceOptions<number>> = {}): Numbers {
  const clock = testClock();
  const source = createSource<number>({ platform: 'numbers', clock, ...options });
  const answers = new Map<number, 'taken' | 'refused'>();
  return {
    ...source,
    clock,
    answers,
    async send(...values) {
      for (const value of values) {
        source.push(value).then(
          () => answers.set(value, 'taken'),
          () => answers.set(value, 'refused'),
        );
      }
      await settle();
    },
  };
}

/** A watcher whose callback stays open until the test closes it. */
export interface Hands<T> {
  /** Everything that was offered, in order. */
  readonly offered: T[];
  /** The event in its hands resolves. */
  take(): Promise<void>;
  /** The event in its hands is rejected. */
  fail(error?: unknown): Promise<void>;
  stop(): void;
}

export function byHand<T>(stream: EventStream<T>, options?: WatchOptions): Hands<T> {
  const offered: T[] = [];
  let open: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  const stop = stream.subscribe((event) => {
    offered.push(event);
    return new Promise<void>((resolve, reject) => {
      open = { resolve, reject };
    });
  }, options);
  return {
    offered,
    async take() {
      open?.resolve();
      await settle();
    },
    async fail(error = new Error('no')) {
      open?.reject(error);
      await settle();
    },
    stop,
  };
}

/** Collects what a stream says beside its events. */
export function heard<T, N extends Parameters<EventStream<T>['on']>[0]>(stream: EventStream<T>, name: N) {
  const signals: Parameters<Parameters<typeof stream.on<N>>[1]>[0][] = [];
  stream.on(name, (signal) => signals.push(signal));
  return signals;
}

/** A tip of a platform that is nobody's. */
export const tip = (id: number | string, more: Partial<TipEvent> = {}): TipEvent => ({
  platform: 'stage',
  amount: 10,
  tipper: 'ada',
  message: '',
  timestamp: 1_767_297_600,
  id: `stage:room:${id}`,
  unit: 'token',
  anonymous: false,
  ...more,
});
