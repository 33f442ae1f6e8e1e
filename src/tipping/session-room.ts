import type { KeptSession } from './tokens.ts';

/**
 * Where a session is kept: anything with `get`, `set` and `delete`, a `Map` or a Keyv too. It holds the refresh token: keep it
 * as you keep a password.
 */
export interface SessionStore {
  /** What is kept under `key`, or nothing. */
  get(key: string): unknown;
  /** Keeps `value`, which is plain JSON. */
  set(key: string, value: unknown): unknown;
  /** Forgets `key`. */
  delete(key: string): unknown;
  /**
   * Runs `run` while no other process does, and gives it what it reads and writes with. Where a store has none, processes
   * that share it may renew at the same time, and a strict platform then ends the session.
   */
  lock?<T>(key: string, run: (held: SessionKeeper) => Promise<T>): Promise<T>;
}

/** The part of a store that holds. */
export type SessionKeeper = Pick<SessionStore, 'get' | 'set' | 'delete'>;

/** Why a session is over. */
export interface SessionExpired {
  platform: string;
  /** A sentence for a log. */
  reason: string;
}

/** What all clients of one store know of one session. */
export interface SessionRoom {
  /** `undefined` until it was looked for, `null` where there is none. */
  session: KeptSession | null | undefined;
  /** It was refused or ended elsewhere, and nobody has signed in since. */
  expired: boolean;
  /** The store does not have it yet. */
  unsaved: boolean;
  /** The one that somebody signed out of here, or that is over and could not be deleted. */
  ended?: string | undefined;
  /** Ends when nobody renews, begins or ends the session. */
  tail: Promise<unknown>;
  /** To which session an access token belongs, for the latest ones. */
  readonly owners: Map<string, string>;
  readonly listeners: Set<(event: SessionExpired) => void>;
}

/** Every copy of this library that gets the same store finds the same rooms in it. */
const place = Symbol.for('tipstream.sessions');

const isRooms = (value: unknown): value is Map<string, SessionRoom> => value instanceof Map;

/** The room of a session: one for all clients that were given the same store. */
export function roomOf(store: SessionStore, key: string): SessionRoom {
  const found: unknown = Reflect.get(store, place);
  const rooms = isRooms(found) ? found : new Map<string, SessionRoom>();
  // A store that takes no property has a room for each client; then only its own lock helps.
  if (rooms !== found) Reflect.defineProperty(store, place, { value: rooms });
  let room = rooms.get(key);
  if (!room) {
    room = {
      session: undefined,
      expired: false,
      unsaved: false,
      tail: Promise.resolve(),
      owners: new Map(),
      listeners: new Set(),
    };
    rooms.set(key, room);
  }
  return room;
}
