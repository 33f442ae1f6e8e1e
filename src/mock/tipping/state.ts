import type { Clock, Random } from '../../core/time.ts';
import type {
  TippingBalance,
  TippingPayout,
  TippingRecord,
  TippingStream,
  TippingTip,
  TippingTransaction,
  TippingUser,
  TippingVerification,
} from '../../tipping/models.ts';
import { pick } from '../random.ts';
import { guests } from './evening.ts';

/** Somebody with an account at the mock. */
export interface Account {
  user: TippingUser & { email: string };
  password: string;
  wallet: TippingBalance;
  transactions: TippingTransaction[];
  verifications: TippingVerification[];
  payouts: TippingPayout[];
  preferences: Record<string, unknown>;
}

/** A transfer that happened: the proof of how often each key was paid. */
export interface LedgerEntry {
  /** The idempotency key, where there was one. */
  key: string | undefined;
  tipId: string;
  from: string;
  to: string;
  tokens: number;
}

/** Everything that the mock knows. */
export interface State {
  readonly clock: Clock;
  /** A new id. */
  makeId(): string;
  /** The time as the platform writes it. */
  now(): string;
  readonly accounts: Map<string, Account>;
  readonly streams: Map<string, TippingStream>;
  readonly viewers: Map<string, { user_id: string; display_name: string }[]>;
  readonly tips: TippingTip[];
  readonly ledger: LedgerEntry[];
  readonly reports: TippingRecord[];
  /** Answers by account and idempotency key. */
  readonly answered: Map<string, { asked: string; status: number; body: unknown }>;
  /** A new account. */
  open(email: string, password: string, more?: Partial<TippingUser>): Account;
}

/** The password of everybody who is there from the start. */
export const seededPassword = 'not-a-secret-password';

const uuid = (random: Random): string =>
  'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(random() * 16).toString(16));

/** The people and streams of a new mock: a performer, two viewers and an admin; one live stream, one that ended, one not begun. */
export function createState(clock: Clock, random: Random): State {
  const state: State = {
    clock,
    makeId: () => uuid(random),
    now: () => new Date(clock.now()).toISOString(),
    accounts: new Map(),
    streams: new Map(),
    viewers: new Map(),
    tips: [],
    ledger: [],
    reports: [],
    answered: new Map(),
    open(email, password, more = {}) {
      const id = state.makeId();
      const username = more.username ?? email.split('@')[0] ?? email;
      const account: Account = {
        user: {
          id,
          display_name: username,
          username,
          role: 'viewer',
          status: 'active',
          country: 'US',
          date_of_birth: '1990-01-01',
          profile_image_url: null,
          bio: null,
          email_verified: false,
          created_at: state.now(),
          ...more,
          email,
        },
        password,
        wallet: { token_balance: 0, reserved_balance: 0, currency_code: 'USD', conversion_rate: 100 },
        transactions: [],
        verifications: [],
        payouts: [],
        preferences: { language: 'en', notifications: true },
      };
      state.accounts.set(id, account);
      return account;
    },
  };
  const seeded = (name: string, more: Partial<TippingUser>, tokens: number): Account => {
    const account = state.open(`${name.toLowerCase()}@example.test`, seededPassword, {
      username: name.toLowerCase(),
      display_name: name,
      email_verified: true,
      ...more,
    });
    account.wallet.token_balance = tokens;
    return account;
  };
  const mira = seeded('Mira', { role: 'performer' }, 0);
  mira.verifications.push({ id: state.makeId(), status: 'approved', created_at: state.now() });
  seeded('Noor', { role: 'performer' }, 0);
  seeded('Ada', {}, 1500).wallet.reserved_balance = 100;
  seeded('Grace', {}, 20);
  seeded('Root', { role: 'admin' }, 0);
  for (const name of guests) seeded(name, {}, 1e9);
  const stream = (title: string, status: string): void => {
    const id = state.makeId();
    state.streams.set(id, {
      id,
      host_id: mira.user.id,
      host_name: mira.user.display_name,
      title,
      description: null,
      category: 'entertainment',
      tags: [pick(random, ['music', 'games', 'talk']), 'evening'],
      status,
      viewer_count: 0,
      total_tokens_received: 0,
      ...(status !== 'created' && { started_at: state.now() }),
    });
  };
  stream('An evening with Mira', 'live');
  stream('Last night', 'ended');
  stream('Tomorrow', 'created');
  return state;
}
