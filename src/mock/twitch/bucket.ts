import type { Clock } from '../../core/time.ts';
import type { TwitchSwitches } from './switches.ts';

/** Counts the points of every token. */
export interface Buckets {
  /** Takes a point of `owner`, where one is there; `headers` tell what Helix tells. */
  take(owner: string): { taken: boolean; headers: Record<string, string> };
}

/** A bucket for every owner. Refilled continuously; its reset is when it will be full, in Unix seconds. */
export function createBuckets(clock: Clock, switches: TwitchSwitches): Buckets {
  /** What is missing in a bucket, and since when that is known. */
  const buckets = new Map<string, { missing: number; since: number }>();
  return {
    take(owner) {
      const { points, perSecond } = switches.bucket;
      const now = clock.now();
      const { missing: before, since } = buckets.get(owner) ?? { missing: 0, since: now };
      const refilled = Math.max(0, before - ((now - since) / 1000) * perSecond);
      // Sums of fractions are off by a little.
      const taken = refilled + 1 <= points + 1e-6;
      const missing = taken || !switches.refuses ? Math.min(points, refilled + 1) : refilled;
      buckets.set(owner, { missing, since: now });
      return {
        taken: taken || !switches.refuses,
        headers: switches.headers
          ? {
              'ratelimit-limit': `${points}`,
              'ratelimit-remaining': `${Math.max(0, Math.floor(points - missing + 1e-6))}`,
              'ratelimit-reset': `${Math.ceil(now / 1000 + missing / perSecond)}`,
            }
          : {},
      };
    },
  };
}
