import { TipstreamError } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';

/** Those who wait for the next answer of one kind. */
export interface Answer<T> {
  /** @param send - Sends the question; `false` where there is no connection. */
  ask(send: () => boolean): Promise<T>;
  tell(answer: T): void;
}

const failure = (code: 'SOCKET' | 'TIMEOUT', text: string): TipstreamError =>
  new TipstreamError({ code, platform: 'tiktok', message: `tiktok socket: ${text}` });

/** Questions over a socket, whose answers name no question. */
export function createAnswers(clock: Clock, timeout: number) {
  const waiting = new Set<(error: TipstreamError) => void>();
  const kind = <T>(): Answer<T> => {
    const asked = new Set<(answer: T) => void>();
    return {
      ask: (send) =>
        new Promise<T>((resolve, reject) => {
          const over = (): void => {
            stop();
            asked.delete(answered);
            waiting.delete(failed);
          };
          const answered = (answer: T): void => {
            over();
            resolve(answer);
          };
          const failed = (error: TipstreamError): void => {
            over();
            reject(error);
          };
          const stop = clock.after(timeout, () => failed(failure('TIMEOUT', `no answer in ${timeout / 1000} s`)));
          asked.add(answered);
          waiting.add(failed);
          if (!send()) failed(failure('SOCKET', 'there is no connection; watch the stream, and wait for ready()'));
        }),
      tell(answer) {
        for (const answered of [...asked]) answered(answer);
      },
    };
  };
  return {
    status: kind<boolean>(),
    /** Answered with the time of the answer. */
    pong: kind<number>(),
    /** The connection is gone. */
    lost() {
      for (const failed of [...waiting]) failed(failure('SOCKET', 'the connection was lost before the answer'));
    },
  };
}
