import { type ErrorCode, isTipstreamError } from './errors.ts';

/** What one cheap call found out about the credential. */
export interface Verification {
  ok: boolean;
  /** A sentence: that it works, or which credential or scope is missing. */
  message: string;
}

const verdicts: readonly ErrorCode[] = ['AUTH', 'PERMISSION', 'NOT_FOUND', 'SESSION_EXPIRED', 'VALIDATION'];

/**
 * Runs one cheap call and turns it into a verdict on the credential.
 *
 * @throws TipstreamError for whatever says nothing about the credential, e.g. `NETWORK`
 */
export async function verify(platform: string, ask: () => Promise<unknown>): Promise<Verification> {
  try {
    await ask();
    return { ok: true, message: `${platform}: the credential works` };
  } catch (error) {
    if (isTipstreamError(error) && verdicts.includes(error.code)) return { ok: false, message: error.message };
    throw error;
  }
}
