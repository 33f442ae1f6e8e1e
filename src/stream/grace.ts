import { systemClock } from '../core/time.ts';

/** How long a question whose answer is given only once may go on after everybody left, in milliseconds. */
const grace = 500;

/**
 * Runs `ask` with a signal that aborts half a second after `signal`: the answer of a draining upstream is mostly on its way already, and what it
 * holds is given no second time. It is a matter of the network, so it is measured on the machine's clock and not on the app's.
 */
export async function inGrace<T>(signal: AbortSignal, ask: (longer: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let stop = (): void => {};
  const leave = (): void => {
    stop = systemClock.after(grace, () => controller.abort(signal.reason));
  };
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await ask(controller.signal);
  } finally {
    signal.removeEventListener('abort', leave);
    stop();
  }
}
