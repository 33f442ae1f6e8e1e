import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTipstreamError, TipstreamError } from '../../src/core/errors.ts';
import { createRedactor } from '../../src/core/redact.ts';
import { hours, minutes } from '../../src/core/time.ts';
import type { TippingTokens } from '../../src/tipping/models.ts';
import { createSession } from '../../src/tipping/session.ts';
import type { SessionStore } from '../../src/tipping/session-room.ts';
import { tries } from '../fuzz/setting.ts';
import { settle, testClock } from '../support/clock.ts';
import { createPairs } from './pairs.ts';

const events = [
  'login',
  'login elsewhere',
  'call',
  'two calls at once',
  'call elsewhere',
  'call here and elsewhere at once',
  'a 401',
  'a 401 for an old token',
  'renew',
  'renew elsewhere',
  'take up elsewhere begun',
  'logout',
  'logout elsewhere',
  'the platform ends it',
  'an answer is lost',
  'no network',
  'network again',
  'a minute before the end',
  'the end of the token',
] as const;
type Event = (typeof events)[number];

const phases = ['nobody', 'fresh', 'early', 'expired', 'over'] as const;
const stores = ['works', 'cannot be read', 'cannot be written'] as const;
type StoreState = (typeof stores)[number];

const pairs = createPairs(
  Object.fromEntries(phases.flatMap((phase) => stores.map((store) => [`${phase}, the store ${store}`, events]))),
);

/** The platform: a refresh token is good once, and one that comes twice ends its session. */
function createPlatform(now: () => number) {
  interface Family {
    alive: boolean;
    current: string;
    access: Map<string, number>;
  }
  const families = new Map<string, Family>();
  let made = 0;
  let reuses = 0;
  let running = 0;
  const state = { network: true, losesNext: false, most: 0 };
  const issue = (family: Family): TippingTokens => {
    made += 1;
    family.current = `not-a-secret-refresh-${made}`;
    const access_token = `not-a-secret-access-${made}`;
    family.access.set(access_token, now() + hours(1));
    families.set(family.current, family);
    return { access_token, refresh_token: family.current, expires_in: 3600 };
  };
  return {
    state,
    login: () => issue({ alive: true, current: '', access: new Map() }),
    get reuses() {
      return reuses;
    },
    /** Whether the token may be used now. */
    takes: (token: string) =>
      [...families.values()].some(({ alive, access }) => alive && (access.get(token) ?? 0) > now()),
    knows: (token: string) => [...families.values()].some(({ access }) => access.has(token)),
    end(token: string) {
      for (const family of families.values()) if (family.access.has(token)) family.alive = false;
    },
    async renew(refreshToken: string): Promise<TippingTokens> {
      running += 1;
      state.most = Math.max(state.most, running);
      try {
        await settle(1);
        const down = (): TipstreamError => new TipstreamError({ code: 'NETWORK', message: 'tipping: no connection' });
        if (!state.network) throw down();
        const family = families.get(refreshToken);
        if (family && family.current !== refreshToken) {
          reuses += 1;
          family.alive = false;
        }
        if (!family?.alive) throw new TipstreamError({ code: 'AUTH', status: 401, message: 'tipping: 401' });
        const tokens = issue(family);
        if (state.losesNext) {
          state.losesNext = false;
          throw down();
        }
        return tokens;
      } finally {
        running -= 1;
      }
    },
  };
}

async function evening(storeState: StoreState, script: readonly Event[]): Promise<void> {
  const clock = testClock();
  const platform = createPlatform(clock.now);
  const values = new Map<string, unknown>();
  let condition: StoreState = 'works';
  let tail: Promise<unknown> = Promise.resolve();
  const failing = (what: StoreState): void => {
    if (condition === what) throw new Error('the disk is full');
  };
  /** The same values, seen by one process. */
  const processStore = (): SessionStore => {
    const store: SessionStore = {
      async get(key) {
        failing('cannot be read');
        return structuredClone(values.get(key));
      },
      async set(key, value) {
        failing('cannot be written');
        values.set(key, structuredClone(value));
      },
      async delete(key) {
        failing('cannot be written');
        values.delete(key);
      },
      lock(_key, run) {
        const result = tail.then(() => run(store));
        tail = result.catch(() => undefined);
        return result;
      },
    };
    return store;
  };
  let told = 0;
  let begun = 0;
  const open = () => {
    const session = createSession({
      platform: 'tipping',
      store: processStore(),
      key: 'session',
      clock,
      redactor: createRedactor(),
      warn: () => {},
      renew: platform.renew,
    });
    session.onExpired(() => {
      told += 1;
    });
    return session;
  };
  const here = open();
  const there = open();

  /** The token that was given last, and what is known of the session here. */
  let last: string | undefined;
  let first: string | undefined;
  let phase: (typeof phases)[number] = 'nobody';
  let since = clock.now();

  const allowed = (error: unknown): string => {
    if (!isTipstreamError(error)) throw error;
    const { code } = error;
    expect(['AUTH', 'SESSION_EXPIRED', 'NETWORK', 'STORE']).toContain(code);
    if (code === 'NETWORK')
      expect(script.some((event) => event === 'no network' || event === 'an answer is lost')).toBe(true);
    if (code === 'STORE') expect(condition).not.toBe('works');
    expect(error.message).not.toContain('not-a-secret');
    return code;
  };
  const ended = async <T>(run: Promise<T>): Promise<T | string> => {
    const outcome: { value?: T | string } = {};
    run.then(
      (value) => {
        outcome.value = value === undefined ? 'done' : value;
      },
      (error: unknown) => {
        outcome.value = allowed(error);
      },
    );
    for (let turn = 0; turn < 60 && outcome.value === undefined; turn += 1) await settle(1);
    // Nothing hangs, whatever the store and the platform do.
    expect(outcome.value).toBeDefined();
    return outcome.value as T | string;
  };
  const given = (token: unknown): void => {
    if (typeof token !== 'string' || !token.startsWith('not-a-secret-access')) {
      if (token === 'SESSION_EXPIRED') phase = 'over';
      if (token === 'AUTH') phase = 'nobody';
      return;
    }
    // Only what the platform made, and never what it has refused since it was last asked.
    expect(platform.knows(token)).toBe(true);
    if (token !== last) since = clock.now();
    last = token;
    first ??= token;
    phase = 'fresh';
  };
  const begin = async (session: typeof here): Promise<void> => {
    begun += 1;
    const tokens = platform.login();
    await ended(session.begin(tokens));
    if (session !== here) return;
    last = tokens.access_token;
    first ??= last;
    since = clock.now();
    phase = 'fresh';
  };

  const stateNow = (): string => {
    const age = clock.now() - since;
    const now =
      phase === 'fresh' ? (age >= hours(1) ? 'expired' : age >= hours(1) - minutes(1) ? 'early' : 'fresh') : phase;
    return `${now}, the store ${condition}`;
  };

  for (const [nth, event] of script.entries()) {
    // The way to the state is gone with a store that works.
    if (condition !== storeState && nth >= script.length - tailOf) condition = storeState;
    pairs.came(stateNow(), event);
    switch (event) {
      case 'login':
        await begin(here);
        break;
      case 'login elsewhere':
        await begin(there);
        break;
      case 'call':
        given(await ended(here.get()));
        break;
      case 'two calls at once': {
        // Whoever waited behind a lost answer asks anew, and is refused.
        const works = condition === 'works' && platform.state.network && !platform.state.losesNext;
        const both = await Promise.all([ended(here.get()), ended(here.get())]);
        if (works) expect(both[0]).toBe(both[1]);
        given(both[1]);
        break;
      }
      case 'call here and elsewhere at once': {
        const [mine] = await Promise.all([ended(here.get()), ended(there.get())]);
        given(mine);
        break;
      }
      case 'call elsewhere':
        await ended(there.get());
        break;
      case 'a 401':
        if (last !== undefined) {
          const stale = last;
          const token = await ended(here.refresh(stale));
          expect(token).not.toBe(stale);
          given(token);
        }
        break;
      case 'a 401 for an old token':
        if (first !== undefined && first !== last) {
          const token = await ended(here.refresh(first));
          expect(token).not.toBe(first);
          given(token);
        }
        break;
      case 'renew':
        await ended(here.renew());
        break;
      case 'renew elsewhere':
        await ended(there.renew());
        break;
      case 'take up elsewhere begun':
        begun += 1;
        await ended(here.resume(String(platform.login().refresh_token)));
        break;
      case 'logout':
        await ended(here.end());
        phase = 'nobody';
        break;
      case 'logout elsewhere':
        await ended(there.end());
        break;
      case 'the platform ends it':
        if (last !== undefined) platform.end(last);
        break;
      case 'an answer is lost':
        platform.state.losesNext = true;
        break;
      case 'no network':
        platform.state.network = false;
        break;
      case 'network again':
        platform.state.network = true;
        break;
      case 'a minute before the end':
        await clock.advance(Math.max(0, since + hours(1) - minutes(1) + 1 - clock.now()));
        break;
      case 'the end of the token':
        await clock.advance(hours(1) + 1);
        break;
    }
    await settle(1);
  }

  // Two never renew at once, in one process or in two.
  expect(platform.state.most).toBeLessThanOrEqual(1);
  const clean = storeState === 'works' && !script.includes('an answer is lost');
  // No refresh token was shown twice: that alone ends a session of a strict platform.
  if (clean) expect(platform.reuses).toBe(0);
  // The end of a session is told at most once to each who listens.
  expect(told).toBeLessThanOrEqual(2 * begun);

  // Whatever happened: who signs in is signed in, and who signs out is nobody.
  condition = 'works';
  Object.assign(platform.state, { network: true, losesNext: false });
  await begin(here);
  expect(platform.takes(String(await ended(here.get())))).toBe(true);
  await clock.advance(hours(2));
  expect(platform.takes(String(await ended(here.get())))).toBe(true);
  expect(platform.takes(String(await ended(there.get())))).toBe(true);
  await ended(here.end());
  expect(await ended(here.get())).toBe('AUTH');
  expect(values.size).toBe(0);
  for (const session of [here, there]) session.close();
  expect(clock.pending).toBe(0);
}

/** So many of the last events come with the store in its state. */
const tailOf = 3;

/** How each phase is come to. */
const ways: Readonly<Record<(typeof phases)[number], readonly Event[]>> = {
  nobody: [],
  fresh: ['login', 'call'],
  early: ['login', 'call', 'a minute before the end'],
  expired: ['login', 'call', 'call elsewhere', 'the end of the token'],
  over: ['login', 'call', 'the platform ends it', 'a 401'],
};

describe.each(stores)('the session of the tipping platform, where the store %s', (store) => {
  it.each(Object.entries(ways))(
    'TP-9 TP-11 TP-12 %s: whatever happens, nobody shows a refresh token twice, every failure is ours, and a login helps',
    async (_, way) => {
      for (const event of events)
        for (const after of ['call', 'a 401', 'call elsewhere', 'renew'] as const)
          await evening(store, [...way, event, after, 'call']);
    },
  );

  it('TP-9 in evenings of everything it holds the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...events), { maxLength: 18 }), (script) => evening(store, script)),
      tries(60),
    );
  });
});

it('was in every state at every event', () => {
  expect({ missing: pairs.missing(), unknown: pairs.unknown() }).toEqual({ missing: [], unknown: [] });
  expect(String(pairs)).toMatch(/^285 pairs of 15 states/);
});
