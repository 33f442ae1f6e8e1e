/** Ends what it was returned for. Calling it again does nothing. */
export type Stop = () => void;

/** The source of time. Give your own to run a program faster than the wall, or to hold time still in a test. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Runs `run` once, `ms` milliseconds from now. The returned function cancels it. */
  after(ms: number, run: () => void): Stop;
}

/** A number from 0 (included) to 1 (excluded), as `Math.random` gives it. */
export type Random = () => number;

/** `n` seconds in milliseconds, the unit of every duration in this library. */
export const seconds = (n: number): number => n * 1000;
/** `n` minutes in milliseconds. */
export const minutes = (n: number): number => n * 60_000;
/** `n` hours in milliseconds. */
export const hours = (n: number): number => n * 3_600_000;
/** `n` days in milliseconds. */
export const days = (n: number): number => n * 86_400_000;

/** `setTimeout` keeps its delay in 32 bits and fires at once beyond that, so a longer wait is made of several. */
const longestTimer = 2_147_483_647;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (left: number): void => {
      timer = setTimeout(() => (left > longestTimer ? wait(left - longestTimer) : run()), Math.min(left, longestTimer));
    };
    wait(Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};

/**
 * Waits `ms` milliseconds on `clock`. An abort rejects at once with the signal's reason, clears the timer and leaves no
 * listener behind.
 */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    const abort = (): void => {
      stop();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}
