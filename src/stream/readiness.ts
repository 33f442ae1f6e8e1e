import { TipstreamError } from '../core/errors.ts';

/** Whoever waited is told why it was in vain. */
export const notReady = (platform: string, cause?: unknown): TipstreamError =>
  new TipstreamError({ code: 'ABORTED', message: `${platform}: the wait ended before the stream was ready`, cause });

/** Those who wait for the first success of a source. */
export interface Readiness {
  /** It succeeded. */
  succeededOnce: boolean;
  waiting: Set<(error?: TipstreamError) => void> | undefined;
}

/** Tells everybody who waits that it succeeded, or why it will not. */
export function tellReady({ waiting = new Set() }: Readiness, error?: TipstreamError): void {
  for (const done of waiting) done(error);
}

export const waitReady = (readiness: Readiness, platform: string, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(notReady(platform, signal.reason));
    if (readiness.succeededOnce) return resolve();
    readiness.waiting ??= new Set();
    const { waiting } = readiness;
    const done = (error?: TipstreamError): void => {
      waiting.delete(done);
      signal?.removeEventListener('abort', abort);
      if (error) reject(error);
      else resolve();
    };
    const abort = (): void => done(notReady(platform, signal?.reason));
    waiting.add(done);
    signal?.addEventListener('abort', abort, { once: true });
  });
