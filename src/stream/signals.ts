import { EventEmitter } from 'eventemitter3';
import { TipstreamError } from '../core/errors.ts';
import type { Stop } from '../core/time.ts';
import type { StreamSignals, StreamStats } from './event-stream.ts';
import { count } from './stats.ts';

/** The listeners of one stream. */
export interface Signals {
  /** Comes with the first of them. */
  emitter?: EventEmitter | undefined;
  /** What was said, counted. */
  readonly counters: StreamStats;
}

/** The error for a function of the app that threw where nothing of ours waits for it. */
export const threw = (what: string, cause: unknown, fatal = false): TipstreamError =>
  new TipstreamError({ code: 'CONSUMER', fatal, message: `tipstream: ${what} threw; mend it`, cause });

/** A listener that throws stops no neighbour: what it threw is told as an `error` of the same stream. `ready` is told within: with nothing, or with what was in the way of it. */
export function listen(signals: Signals, name: 'ready', listener: (error: TipstreamError | undefined) => void): Stop;
export function listen<T, N extends keyof StreamSignals<T>>(
  signals: Signals,
  name: N,
  listener: (signal: StreamSignals<T>[N]) => void,
): Stop;
export function listen(signals: Signals, name: string, listener: (signal: never) => void): Stop {
  signals.emitter ??= new EventEmitter();
  const { emitter } = signals;
  // Each name has a signal of its own.
  const heard = (signal: unknown): void => {
    try {
      listener(signal as never);
    } catch (cause) {
      // A listener of `error` that throws has nobody left to tell.
      if (name !== 'error') emitter.emit('error', threw(`a listener of '${name}'`, cause));
    }
  };
  emitter.on(name, heard);
  return () => {
    emitter.off(name, heard);
  };
}

export function emit(signals: Signals, name: 'ready', error: TipstreamError | undefined): void;
export function emit<T, N extends keyof StreamSignals<T>>(signals: Signals, name: N, signal: StreamSignals<T>[N]): void;
export function emit({ emitter, counters }: Signals, name: string, signal: unknown): void {
  count(counters, name, signal);
  emitter?.emit(name, signal);
}
