import type { Clock, Random } from '../../core/time.ts';
import { people } from '../people.ts';
import { pick } from '../random.ts';

/** Somebody who may sign in. */
export interface MockAccount {
  id: string;
  username: string;
  email: string;
  role: string;
  password: string;
}

/** A key, whole as its owner has it. */
export interface MockKey {
  id: string;
  name: string;
  key: string;
  permissions: readonly string[];
  created_at: string;
  last_used?: string | null;
  expires_at: string | null;
}

/** A room that the service listens to, or did. */
export interface MockSession {
  session_id: string;
  username: string;
  connected_at: string;
  connected: boolean;
  comment_count: number;
}

/** Everything that the service remembers. */
export interface TikTokState {
  readonly accounts: Map<string, MockAccount>;
  readonly keys: MockKey[];
  /** Who a token is of, and until when it is good. */
  readonly tokens: Map<string, { account: MockAccount; until: number }>;
  readonly sessions: Map<string, MockSession>;
  /** Whose live nobody can connect to. */
  readonly offline: Set<string>;
  /** When connecting to somebody failed last. */
  readonly failedAt: Map<string, number>;
  /** Whom nobody knows. */
  readonly unknown: Set<string>;
  /** The time as the service writes it. */
  now(): string;
  /** A new id, each kind with numbers of its own. */
  id(kind: string): string;
}

/** A session that is there from the start: its room speaks as soon as somebody listens. */
export const eveningSession = 'evening';

/** The development key and the first account of the document (TT-39). */
export const developmentKey = 'dev-api-key-12345';
export const admin = { username: 'admin', password: 'Admin123!' };

export function createState(clock: Clock, random: Random): TikTokState {
  let nth = 0;
  const now = (): string => new Date(clock.now()).toISOString();
  const id = (kind: string): string => {
    nth += 1;
    return `${kind}-${nth}-${pick(random, people)}`;
  };
  const created_at = '2025-01-01T00:00:00.000Z';
  return {
    accounts: new Map([[admin.username, { id: 'user-0', email: 'admin@example.com', role: 'admin', ...admin }]]),
    keys: [{ id: 'key-0', name: 'Development', key: developmentKey, permissions: ['*'], created_at, expires_at: null }],
    tokens: new Map(),
    sessions: new Map([
      [
        eveningSession,
        { session_id: eveningSession, username: 'mira', connected_at: created_at, connected: true, comment_count: 0 },
      ],
    ]),
    offline: new Set(),
    failedAt: new Map(),
    unknown: new Set(['nobody']),
    now,
    id,
  };
}
