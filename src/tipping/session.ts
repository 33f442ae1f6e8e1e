import type { TokenProvider } from '../core/auth.ts';
import { isTipstreamError, TipstreamError, type TipstreamErrorInit } from '../core/errors.ts';
import type { Redactor } from '../core/redact.ts';
import type { Clock, Stop } from '../core/time.ts';
import { randomId } from '../stream/tip-wire.ts';
import type { TippingTokens } from './models.ts';
import { roomOf, type SessionExpired, type SessionKeeper, type SessionStore } from './session-room.ts';
import { isSession, type KeptSession, sessionOf } from './tokens.ts';

/** What a session stands on. */
export interface SessionParts {
  platform: string;
  store: SessionStore;
  key: string;
  clock: Clock;
  redactor: Redactor;
  /** Asks the platform for new tokens, whoever waits for them or not. */
  renew(refreshToken: string): Promise<TippingTokens>;
  warn(text: string): void;
}

/** Who is signed in, in all clients that share a store. */
export interface Session extends Required<TokenProvider> {
  get(): Promise<string>;
  refresh(stale: string): Promise<string>;
  /** Takes up what a login gave. */
  begin(tokens: TippingTokens): Promise<void>;
  /** Takes up a session that was begun elsewhere. */
  resume(refreshToken: string): Promise<void>;
  /** Renews now, whatever the time. */
  renew(): Promise<void>;
  /** What is kept now, in the store too. */
  kept(): Promise<KeptSession | undefined>;
  /** Whose token it is: the same for all tokens of one login. `undefined` for a token of long ago. */
  ownerOf(token: string): string | undefined;
  /** Whose session it is now, as far as that is known. */
  owner(): string | undefined;
  /** Forgets it, here and in the store. */
  end(): Promise<void>;
  onExpired(listener: (event: SessionExpired) => void): Stop;
  /** Lets go of whoever listens here. */
  close(): void;
}

/** The platform looked at the refresh token and refused it. Anything else says nothing about the session (TP-11). */
const isRefusal = (error: unknown): error is TipstreamError =>
  isTipstreamError(error) &&
  error.status !== undefined &&
  error.status >= 400 &&
  error.status < 500 &&
  ![408, 425, 429].includes(error.status);

/** So many access tokens may be on their way at once. */
const remembered = 16;

const signIn = 'sign in with auth.login()';

/** Makes the session of one client. Everything that changes it runs one after the other, in all clients and processes that share the store. */
export function createSession({ platform, store, key, clock, redactor, renew, warn }: SessionParts): Session {
  const room = roomOf(store, key);
  const locked = store.lock?.bind(store);
  const mine = new Set<(event: SessionExpired) => void>();

  const failure = (code: TipstreamErrorInit['code'], message: string, cause?: unknown): TipstreamError =>
    new TipstreamError({ code, platform, message, cause });
  const stored = async <T>(run: () => T): Promise<Awaited<T>> => {
    try {
      return await run();
    } catch (cause) {
      if (isTipstreamError(cause)) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw failure(
        'STORE',
        redactor.text(`the session store failed: ${reason}; look at the store`),
        redactor.error(cause),
      );
    }
  };

  /** One after the other. In workerd a promise of another request may not be waited for. */
  const alone = <T>(run: (held: SessionKeeper) => Promise<T>): Promise<T> => {
    const work = (): Promise<T> => (locked ? stored(() => locked(key, run)) : run(store));
    if (globalThis.navigator?.userAgent === 'Cloudflare-Workers') return work();
    const result = room.tail.then(work);
    room.tail = result.catch(() => {});
    return result;
  };
  const adopt = (session: KeptSession): void => {
    room.session = session;
    room.expired = false;
    room.owners.set(session.access, session.id);
    for (const oldest of room.owners.keys()) if (room.owners.size > remembered) room.owners.delete(oldest);
    redactor.add(session.access);
    if (session.refresh) redactor.add(session.refresh);
  };
  const save = async (held: SessionKeeper): Promise<void> => {
    try {
      if ((await held.set(key, room.session)) === false) throw new Error('set answered false');
      room.unsaved = false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : '';
      warn(`the session is not kept in the store, so a restart has to sign in again: ${reason}`);
    }
  };
  const keep = async (held: SessionKeeper, session: KeptSession): Promise<void> => {
    adopt(session);
    room.unsaved = true;
    await save(held);
  };
  const over = (reason: string): void => {
    room.session = null;
    room.expired = true;
    for (const listener of [...room.listeners]) {
      try {
        listener({ platform, reason });
      } catch {}
    }
  };
  /** What the store has; another process may have renewed, begun or ended the session. */
  const look = async (held: SessionKeeper): Promise<KeptSession | undefined> => {
    const found = room.unsaved ? room.session : await stored(() => held.get(key));
    // A store that could not delete it still has the one that was ended.
    if (isSession(found) && found.id !== room.ended) {
      adopt(found);
      return found;
    }
    if (room.session) over('it was ended elsewhere');
    room.session = null;
    return undefined;
  };
  const nobody = (cause?: unknown): TipstreamError =>
    room.expired
      ? failure('SESSION_EXPIRED', `the session is over; ${signIn}`, cause)
      : failure('AUTH', `nobody is signed in; ${signIn}`);

  /** A token that is not `stale`. */
  const renewed = (stale: string | undefined): Promise<string> =>
    alone(async (held) => {
      const session = await look(held);
      if (!session) throw nobody();
      // Somebody else's renewal has already answered this (TP-9).
      if (stale !== undefined && session.access !== stale && clock.now() < session.expiresAt) return session.access;
      try {
        if (session.refresh === undefined) throw failure('SESSION_EXPIRED', 'there is no refresh token');
        const tokens = await renew(session.refresh);
        await keep(held, sessionOf(tokens, clock.now(), session.id, session.refresh));
        return tokens.access_token;
      } catch (error) {
        if (!isRefusal(error) && session.refresh !== undefined) throw error;
        // A store without a lock: another process may have been faster (TP-12).
        const again = await stored(() => held.get(key));
        if (isSession(again) && again.access !== session.access) {
          adopt(again);
          return again.access;
        }
        await stored(() => held.delete(key)).catch(({ message }) => {
          room.ended = session.id;
          warn(message);
        });
        over('the platform refused to renew it');
        throw nobody(error);
      }
    });

  return {
    async get() {
      if (room.session) await room.tail;
      else await alone(look);
      const { session } = room;
      if (!session) throw nobody();
      if (clock.now() < session.renewAt) return session.access;
      try {
        return await renewed(session.access);
      } catch (error) {
        // Renewed early, so a failure that may pass is no reason not to go on.
        if (room.session?.access === session.access && clock.now() < session.expiresAt) return session.access;
        throw error;
      }
    },
    refresh: renewed,
    async renew() {
      await renewed(undefined);
    },
    begin(tokens) {
      const session = sessionOf(tokens, clock.now(), randomId());
      return alone((held) => keep(held, session)).catch((error) => {
        // Whoever signed in is signed in, whatever the store says.
        adopt(session);
        room.unsaved = true;
        warn(error.message);
      });
    },
    resume: (refreshToken) =>
      alone(async (held) => {
        redactor.add(refreshToken);
        await keep(held, sessionOf(await renew(refreshToken), clock.now(), randomId(), refreshToken));
      }),
    kept: () => alone(look),
    ownerOf: (token) => room.owners.get(token),
    owner: () => room.session?.id,
    end() {
      const forget = (): void => {
        if (room.session) room.ended = room.session.id;
        room.session = null;
        room.expired = room.unsaved = false;
      };
      forget();
      return alone(async (held) => {
        forget();
        await stored(() => held.delete(key));
      }).finally(forget);
    },
    onExpired(listener) {
      room.listeners.add(listener);
      mine.add(listener);
      return () => room.listeners.delete(listener);
    },
    close() {
      for (const listener of mine) room.listeners.delete(listener);
    },
  };
}
