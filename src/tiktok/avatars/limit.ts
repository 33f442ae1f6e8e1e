import { TipstreamError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import type { Limit } from './tiers.ts';

/** Runs things for so long at most, and not beyond `ended`. What does not listen to its signal is not waited for. */
export const createLimit =
  (clock: Clock, ended: AbortSignal): Limit =>
  (ms, run) =>
    new Promise((resolve, reject) => {
      const controller = new AbortController();
      const end = (error: unknown): void => {
        stop();
        ended.removeEventListener('abort', close);
        controller.abort(error);
        reject(error);
      };
      const close = (): void => end(ended.reason);
      const stop = clock.after(ms, () =>
        end(new TipstreamError({ code: 'TIMEOUT', message: `avatars: no picture in ${ms / 1000} s` })),
      );
      ended.addEventListener('abort', close);
      if (ended.aborted) return close();
      run(controller.signal).then((result) => {
        stop();
        ended.removeEventListener('abort', close);
        resolve(result);
      }, end);
    });

/** Waits for `promise`, as long as nobody says not to. */
export const unlessAborted = <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    const end = (): void =>
      reject(new TipstreamError({ code: 'ABORTED', message: 'avatars: ended by its signal', cause: signal?.reason }));
    if (signal?.aborted) return end();
    signal?.addEventListener('abort', end);
    promise.then(resolve, reject).finally(() => signal?.removeEventListener('abort', end));
  });
