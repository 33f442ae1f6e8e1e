import { TipstreamError } from '../core/errors.ts';
import { listen, type Signals } from './signals.ts';

/** Whoever waited is told why it was in vain. */
export const notReady = (platform: string, cause?: unknown): TipstreamError =>
  new TipstreamError({ code: 'ABORTED', message: `${platform}: the wait ended before the stream was ready`, cause });

/** What those wait for who want to know of the first success of a source. */
export interface Readiness extends Signals {
  /** It succeeded. */
  succeededOnce: boolean;
}

/** Waits for the signal `ready`, which says why where it is in vain. */
export const waitReady = (readiness: Readiness, platform: string, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(notReady(platform, signal.reason));
    if (readiness.succeededOnce) return resolve();
    const stop = listen(readiness, 'ready', (error) => {
      stop();
      signal?.removeEventListener('abort', abort);
      if (error) reject(error);
      else resolve();
    });
    const abort = (): void => {
      stop();
      reject(notReady(platform, signal?.reason));
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
