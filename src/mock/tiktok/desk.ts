import type { Clock, Random } from '../../core/time.ts';
import { tiktok } from '../../tiktok/endpoints.ts';
import type { Answer } from '../answer.ts';
import type { ServiceVisit } from '../service.ts';
import { limited } from './refusal.ts';
import type { TikTokState } from './state.ts';
import type { TikTokSwitches } from './switches.ts';

/** What the routes work on. */
export interface Desk {
  clock: Clock;
  random: Random;
  state: TikTokState;
  switches: TikTokSwitches;
  /** How many sockets are open, by session. */
  listeners(): ReadonlyMap<string, number>;
  /** A session began or ended. */
  changed(sessionId: string): void;
}

/** Who asks, and what they may. */
export interface Caller {
  who: string;
  permissions: readonly string[];
}

/** Whoever this key or token is of; `undefined` for nobody. */
export function callerOf({ state, clock }: Desk, key: string | null, token: string | null): Caller | undefined {
  const known = state.keys.find(
    (each) => each.key === key && Date.parse(each.expires_at ?? '9999-12-31') > clock.now(),
  );
  if (known) {
    known.last_used = state.now();
    return { who: known.id, permissions: known.permissions };
  }
  const signed = state.tokens.get(token ?? '');
  if (!signed || signed.until <= clock.now()) return undefined;
  const { account } = signed;
  return { who: account.id, permissions: account.role === 'admin' ? ['*'] : ['read', 'write', 'connect'] };
}

/** The caller of a request. */
export const callerOfVisit = (desk: Desk, { request: { headers } }: ServiceVisit): Caller | undefined =>
  callerOf(desk, headers.get('x-api-key'), /^bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null);

/** The rules of the service. */
export type Rule = keyof typeof tiktok.rates;
export const isRule = (name: string | undefined): name is Rule => name !== undefined && name in tiktok.rates;

/** A bucket for each rule and caller: full at first, refilled evenly (TT-39). */
export function createBuckets({ clock, switches }: Pick<Desk, 'clock' | 'switches'>) {
  const buckets = new Map<string, { missing: number; since: number }>();
  return (rule: Rule, who: string): { headers: Record<string, string>; refused: Answer | undefined } => {
    const { limit, per } = tiktok.rates[rule];
    const key = `${rule} ${who}`;
    const now = clock.now();
    const { missing: before, since } = buckets.get(key) ?? { missing: 0, since: now };
    const missing = Math.max(0, before - ((now - since) / per) * limit);
    // Sums of fractions are off by a little.
    const full = missing + 1 > limit + 1e-6;
    const left = full ? missing : missing + 1;
    buckets.set(key, { missing: left, since: now });
    return {
      headers: {
        'x-ratelimit-limit': `${limit}`,
        'x-ratelimit-remaining': `${Math.max(0, Math.floor(limit - left + 1e-6))}`,
        'x-ratelimit-reset': `${Math.ceil((now + (left / limit) * per) / 1000)}`,
      },
      refused:
        full && switches.rateLimits
          ? limited(((missing + 1 - limit) / limit) * (per / 1000), { limit, window: per / 1000 })
          : undefined,
    };
  };
}
