/** What is known of a request before anything is done with it. */
export interface Visit {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  /** The header of this name. */
  readonly authorization?: string | undefined;
  /** The header of this name. */
  readonly origin?: string | undefined;
  /** The header of this name. */
  readonly acceptEncoding?: string | undefined;
  /** Whether a body comes with it. */
  readonly hasBody: boolean;
  /** Who asks, as `ip:port`. */
  readonly from?: string | undefined;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

/** More than any question needs: 100 names of 25 characters are 3,200. */
export const longestTarget = 8000;

/** Tokens of Twitch have 30 characters. */
const longestToken = 2000;

/** The path of a target, without its query. */
export function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

/** The token of an `Authorization: Bearer`. What is no token is none: nothing else is ever passed on. */
export function tokenOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > longestToken) return undefined;
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization)?.[1];
}

/** Whether a compressed answer is welcome. */
export const acceptsGzip = (acceptEncoding: string | undefined): boolean =>
  acceptEncoding !== undefined &&
  /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?:1(?:\.0*)?|0?\.\d*[1-9]\d*)\s*)?(?:,|$)/i.test(acceptEncoding);
