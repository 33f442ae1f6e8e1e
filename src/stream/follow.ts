import { TipstreamError } from '../core/errors.ts';
import { hrefWithin } from '../core/request.ts';

/** Follows the addresses that an upstream gives, to where the credential belongs and nowhere else. */
export interface Follower {
  /** Throws once after an address that was not followed; then it is asked again from the old place. */
  check(): void;
  /** What follows `base` in the next address. */
  follow(nextUrl: string | undefined): string | undefined;
}

/** @param base - What every address begins with, without a slash at its end. */
export function createFollower(platform: string, base: string): Follower {
  let refused = false;
  return {
    check() {
      if (!refused) return;
      refused = false;
      throw new TipstreamError({
        code: 'UPSTREAM',
        platform,
        message: `${platform}: the next address that the upstream gave is at another origin; the credential stays here`,
        retryable: true,
      });
    },
    follow(nextUrl) {
      if (nextUrl === undefined) return undefined;
      const href = hrefWithin(nextUrl, base);
      refused = href === undefined;
      return href?.slice(base.length);
    },
  };
}
