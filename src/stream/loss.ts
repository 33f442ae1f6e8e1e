import { isTipstreamError, type TipstreamError } from '../core/errors.ts';
import { closing } from './closing.ts';
import type { LineLoss } from './line.ts';

/** What an upstream means by a close code: `slow` comes back later, `end` has nothing more to say; an error ends the stream with it. */
export type Verdict = 'reconnect' | 'slow' | 'end' | TipstreamError;

/** What follows on a connection that is gone. */
export interface Consequence {
  /** The stream ends, in peace where no error stands beside it. */
  ends: boolean;
  error?: TipstreamError | undefined;
  /** The next connection comes later than usual. */
  slow?: boolean;
  /** Before it, HTTP is asked whether the credential is good. */
  probe?: boolean;
}

/** How errors of this socket are made. */
export type SocketFailure = (code: 'SOCKET' | 'AUTH' | 'PERMISSION', text: string, fatal?: boolean) => TipstreamError;

/** The loss as an error that ends nothing. */
export function errorOfLoss({ status, code, reason, opened, error }: LineLoss, failure: SocketFailure): TipstreamError {
  const said = [status ?? code, reason].filter(Boolean).join(' ');
  return (
    error ??
    failure(
      'SOCKET',
      opened ? `the connection ended (${said})` : `no connection (${said}); look at the network and the address`,
    )
  );
}

/**
 * Judges a loss.
 *
 * @param given - What the platform says of the code.
 * @param canProbe - Whether HTTP can be asked about the credential. Where it cannot, a refusal is believed.
 */
export function judge(
  loss: LineLoss,
  given: Verdict | undefined,
  canProbe: boolean,
  failure: SocketFailure,
): Consequence {
  const { code, status, opened } = loss;
  const verdict = given ?? closing(code, status);
  if (verdict === 'end') return { ends: true };
  if (isTipstreamError(verdict)) return { ends: true, error: verdict };
  const refused = verdict === 'refused';
  if (refused && !canProbe) {
    const forbidden = status === 403 || code === 4403;
    const text = `${status ?? code}, the credential was refused; make a new one`;
    return { ends: true, error: failure(forbidden ? 'PERMISSION' : 'AUTH', text, true) };
  }
  const error = errorOfLoss(loss, failure);
  return {
    ends: error.fatal,
    error,
    slow: verdict === 'slow' || status === 429 || status === 503,
    probe: refused || !opened,
  };
}
