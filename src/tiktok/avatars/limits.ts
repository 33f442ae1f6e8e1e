import { days, hours, seconds } from '../../core/time.ts';

/** Where a picture is from, the best first. */
export type AvatarTier = 'live' | 'scraper' | 'generator' | 'initials';

/** What pictures are held to: sizes in bytes, times in milliseconds (TT-10, TT-12). */
export const avatarLimits = {
  /** Less is no picture. */
  minBytes: 100,
  /** More is none of ours. */
  maxBytes: 5 * 2 ** 20,
  /** Of each tier; of a generator, per address. */
  timeouts: { live: seconds(10), scraper: seconds(15), generator: seconds(5) },
  /** For how long a picture is good. */
  ttl: { live: days(7), scraper: hours(24), generator: days(30), initials: days(365) },
  /** The higher the better. */
  priorities: { live: 10, scraper: 9, generator: 3, initials: 1 },
  /** Profiles that are kept. */
  maxEntries: 2000,
  /** What all kept pictures may weigh together. */
  maxMemory: 200 * 2 ** 20,
} as const satisfies {
  ttl: Record<AvatarTier, number>;
  priorities: Record<AvatarTier, number>;
  [more: string]: unknown;
};
