import { type Call, errorOf } from '../core/call.ts';
import { isTipstreamError } from '../core/errors.ts';
import { createTokens, type MakeTokens } from '../core/tokens.ts';
import type { Session } from './session.ts';

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

/**
 * Gives each call the token of the session, and none to a public one where there is no session. What a call does a second time it
 * does for the same person: it fails where somebody else has signed in meanwhile, so that nobody pays for another.
 */
export const sessionTokens =
  ({ ownerOf, owner: ownerNow, kept }: Pick<Session, 'ownerOf' | 'owner' | 'kept'>): MakeTokens =>
  (credential, clock, redactor) => {
    const tokens = createTokens(credential, clock, redactor);
    /** For whom a call began; all its attempts have the same facts. */
    const began = new WeakMap<object, string | undefined | Promise<string | undefined>>();
    const within = async <T>(call: Call, given: Promise<T>, otherwise: T): Promise<T> => {
      try {
        return await given;
      } catch (error) {
        if (!call.failure && open.includes(call.facts.where.endpoint)) return otherwise;
        throw inCall(call, error);
      }
    };
    return {
      begin({ facts }) {
        const owner = ownerNow();
        // It may wait in the queue while another signs in, and who it is may stand in the store only. What only reads does no harm.
        if (facts.where.method !== 'GET')
          began.set(
            facts,
            owner ??
              kept().then(
                (found) => found?.id,
                () => undefined,
              ),
          );
        return owner;
      },
      async get(call) {
        const token = await within(call, tokens.get(call), '');
        const owner = ownerOf(token);
        const before = await began.get(call.facts);
        if (before !== undefined && before !== owner)
          throw errorOf(call, 'AUTH', 'somebody else has signed in since this call began; make it anew');
        if (owner !== undefined) began.set(call.facts, owner);
        return token;
      },
      refresh: (stale, call) => within<string | undefined>(call, tokens.refresh(stale, call), ''),
      forget: tokens.forget,
    };
  };
