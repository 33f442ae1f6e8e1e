import { type Call, errorOf } from '../core/call.ts';
import { isTipstreamError } from '../core/errors.ts';
import { createTokens, type MakeTokens } from '../core/tokens.ts';

/** What anybody may ask; a token goes along where there is one (TP-3). */
const open = ['streams.list', 'streams.get'];

/** The failure of a session as that of the call that needed it: whatever was sent for the session, the call itself was not. */
function inCall(call: Call, error: unknown): unknown {
  if (!isTipstreamError(error) || error.endpoint === call.facts.where.endpoint) return error;
  const { code, message, endpoint, retryAfterMs, problem } = error;
  return errorOf(call, code, endpoint ? `the session could not be renewed: ${message}` : message, {
    retryAfterMs,
    problem,
    cause: error,
  });
}

/** Gives each call the token of the session, and none to a public one where there is no session. */
export const sessionTokens: MakeTokens = (credential, clock, redactor) => {
  const tokens = createTokens(credential, clock, redactor);
  const within = async <T>(call: Call, given: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await given;
    } catch (error) {
      if (!call.failure && open.includes(call.facts.where.endpoint)) return otherwise;
      throw inCall(call, error);
    }
  };
  return {
    get: (call) => within(call, tokens.get(call), ''),
    refresh: (stale, call) => within<string | undefined>(call, tokens.refresh(stale, call), ''),
    forget: tokens.forget,
  };
};
