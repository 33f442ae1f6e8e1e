import type { Clock } from '../../core/time.ts';

/** Resolves when `work` is over, however it ended, and after `ms` milliseconds at the latest. */
export const atMost = (clock: Clock, ms: number, work: Promise<unknown> | undefined): Promise<void> =>
  new Promise((resolve) => {
    const stop = clock.after(ms, resolve);
    const over = (): void => {
      stop();
      resolve();
    };
    Promise.resolve(work).then(over, over);
  });
