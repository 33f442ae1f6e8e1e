import { TipstreamError } from '../core/errors.ts';

/** Whoever waited is told why it was in vain. */
export const notReady = (platform: string, cause?: unknown): TipstreamError =>
  new TipstreamError({ code: 'ABORTED', message: `${platform}: the wait ended before the stream was ready`, cause });

/** Those who wait for the first success of a source. */
export interface Readiness {
  /** It succeeded, now or earlier. */
  succeeded(): void;
  failed(error: TipstreamError): void;
  wait(signal: AbortSignal | undefined): Promise<void>;
}

export function createReadiness(platform: string): Readiness {
  const waiting = new Set<(error?: TipstreamError) => void>();
  let ready = false;
  const tell = (error?: TipstreamError): void => {
    for (const done of waiting) done(error);
  };
  return {
    succeeded() {
      ready = true;
      if (waiting.size > 0) tell();
    },
    failed: tell,
    wait: (signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(notReady(platform, signal.reason));
        if (ready) return resolve();
        const done = (error?: TipstreamError): void => {
          waiting.delete(done);
          signal?.removeEventListener('abort', abort);
          if (error) reject(error);
          else resolve();
        };
        const abort = (): void => done(notReady(platform, signal?.reason));
        waiting.add(done);
        signal?.addEventListener('abort', abort, { once: true });
      }),
  };
}
