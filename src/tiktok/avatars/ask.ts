import { circuit } from '../../core/circuit.ts';
import { isTipstreamError, TipstreamError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import type { AvatarProvider, AvatarRequest, Found, Limit, Tier } from './tiers.ts';

/** How those who are asked for pictures have done. */
export interface AvatarTierStats {
  /** How often it was asked. While it is known to be down it is not. */
  attempts: number;
  /** How often it had a picture. */
  successes: number;
  /** From 0 to 1; `undefined` where it was not asked yet. */
  successRate: number | undefined;
  /** Unix time in milliseconds. */
  lastSuccessAt: number | undefined;
}

/** What the tiers had. */
export interface Asked {
  /** The best that was found, and who had it. */
  best: { found: Found; tier: Tier } | undefined;
  /** A better one could not say, so it is worth asking again. */
  failed: boolean;
}

/** Asks tier by tier, and counts. */
export interface Asking {
  ask(request: AvatarRequest, tiers: readonly Tier[]): Promise<Asked>;
  stats(): Readonly<Partial<Record<AvatarProvider, AvatarTierStats>>>;
}

/** So many failures in a row, and a tier is left alone for half a minute. */
const failures = 3;

/** @param warn - Told of a tier that fails, the first time in a row. */
export function createAsking(
  tiers: readonly Tier[],
  limit: Limit,
  clock: Clock,
  warn: (name: AvatarProvider, error: unknown) => void,
): Asking {
  const breaker = circuit({ failures }).open(clock);
  const counts = new Map(
    tiers.map(({ name }) => [name, { attempts: 0, successes: 0, lastSuccessAt: undefined as number | undefined }]),
  );
  const down = new Set<AvatarProvider>();

  const askOne = (tier: Tier, request: AvatarRequest): Promise<Found | undefined> =>
    breaker.run(tier.name, async () => {
      const count = counts.get(tier.name);
      if (count) count.attempts += 1;
      try {
        const found = await tier.find(request, limit);
        down.delete(tier.name);
        if (found && count) {
          count.successes += 1;
          count.lastSuccessAt = clock.now();
        }
        return found;
      } catch (error) {
        // Nobody of that name is an answer.
        if (isTipstreamError(error, 'NOT_FOUND')) return undefined;
        if (!down.has(tier.name)) warn(tier.name, error);
        down.add(tier.name);
        throw isTipstreamError(error)
          ? error
          : new TipstreamError({ code: 'NETWORK', message: `avatars: ${tier.name} failed`, cause: error });
      }
    });

  return {
    async ask(request, asked) {
      let failed = false;
      for (const tier of asked) {
        if (!tier.applies(request)) continue;
        try {
          const found = await askOne(tier, request);
          if (found) return { best: { found, tier }, failed };
        } catch {
          failed = true;
        }
      }
      return { best: undefined, failed };
    },
    stats: () =>
      Object.fromEntries(
        [...counts].map(([name, count]) => [
          name,
          { ...count, successRate: count.attempts ? count.successes / count.attempts : undefined },
        ]),
      ),
  };
}
