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

/** A listener that throws stops no neighbour: what it threw is told as an `error` of the same stream. */
export function listen<T, N extends keyof StreamSignals<T>>(
  signals: Signals,
  name: N,
  listener: (signal: StreamSignals<T>[N]) => void,
): Stop {
  signals.emitter ??= new EventEmitter();
  const { emitter } = signals;
  const heard = (signal: StreamSignals<T>[N]): void => {
    try {
      listener(signal);
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

export function emit<T, N extends keyof StreamSignals<T>>(
  { emitter, counters }: Signals,
  name: N,
  signal: StreamSignals<T>[N],
): void {
  count(counters, name, signal);
  emitter?.emit(name, signal);
}
