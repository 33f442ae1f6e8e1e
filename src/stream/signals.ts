import { EventEmitter } from 'eventemitter3';
import { TipstreamError } from '../core/errors.ts';
import type { Stop } from '../core/time.ts';
import type { StreamSignals } from './event-stream.ts';

/** The listeners of one stream. */
export interface Signals<T> {
  on<N extends keyof StreamSignals<T>>(name: N, listener: (signal: StreamSignals<T>[N]) => void): Stop;
  emit<N extends keyof StreamSignals<T>>(name: N, signal: StreamSignals<T>[N]): void;
}

/** The error for a function of the app that threw where nothing of ours waits for it. */
export const threw = (what: string, cause: unknown, fatal = false): TipstreamError =>
  new TipstreamError({ code: 'CONSUMER', fatal, message: `tipstream: ${what} threw; mend it`, cause });

/** A listener that throws stops no neighbour: what it threw is told as an `error` of the same stream. */
export function createSignals<T>(): Signals<T> {
  let emitter: EventEmitter | undefined;
  return {
    on(name, listener) {
      emitter ??= new EventEmitter();
      const ears = emitter;
      const heard = (signal: StreamSignals<T>[typeof name]): void => {
        try {
          listener(signal);
        } catch (cause) {
          // A listener of `error` that throws has nobody left to tell.
          if (name !== 'error') ears.emit('error', threw(`a listener of '${name}'`, cause));
        }
      };
      ears.on(name, heard);
      return () => {
        ears.off(name, heard);
      };
    },
    emit: (name, signal) => {
      emitter?.emit(name, signal);
    },
  };
}
