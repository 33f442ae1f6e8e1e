import { isTipstreamError } from '../../core/errors.ts';

const signals = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs a program until it is done or the machine asks it to stop. Ctrl-C and `SIGTERM` abort the signal that `run` was
 * given, so that streams end, callbacks finish and checkpoints are written; a second one exits at once (130 or 143).
 * The exit code is 0 after an orderly end, 1 after a failure.
 *
 * @param run - The program. It should return soon after `signal` aborts.
 * @returns Resolves when `run` did. What `run` throws is thrown on, except the abort that was asked for.
 *
 * @example
 * ```ts
 * import { testTip } from 'tipstream';
 * import { runUntilSignal } from 'tipstream/node';
 * await runUntilSignal(async (signal) => {
 *   if (!signal.aborted) console.log(testTip());
 * });
 * ```
 */
export async function runUntilSignal(run: (signal: AbortSignal) => unknown): Promise<void> {
  const controller = new AbortController();
  const stop = (name: keyof typeof signals): void => {
    if (controller.signal.aborted) process.exit(signals[name]);
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, stop);
  try {
    await run(controller.signal);
  } catch (error) {
    if (controller.signal.aborted && isAbort(error, controller.signal)) return;
    process.exitCode = 1;
    throw error;
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop);
  }
}

const isAbort = (error: unknown, signal: AbortSignal): boolean =>
  error === signal.reason ||
  isTipstreamError(error, 'ABORTED') ||
  // `fs`, `timers/promises` and `events` of Node reject with an AbortError of their own.
  (error instanceof Error && error.name === 'AbortError');
