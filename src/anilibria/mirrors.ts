import { isTipstreamError } from '../core/errors.ts';
import type { Fetch } from '../core/options.ts';

/** Several addresses of one service. */
export interface Mirrors {
  /** Sends where the service answered last. */
  fetch: Fetch;
  /** The address that is asked now. */
  current(): string;
}

/**
 * Sends to the first of several addresses until it fails: no connection, no answer in time, or a 5xx. From then on the next one is asked,
 * so that the next attempt of the same call meets it already.
 *
 * @param moved - Told of each change.
 */
export function createMirrors(
  bases: readonly [string, ...string[]],
  send: Fetch,
  moved: (to: string) => void,
): Mirrors {
  let at = 0;
  const base = (): string => bases[at % bases.length] ?? bases[0];
  /** Many calls that fail together move on by one. */
  const leave = (failed: number): void => {
    if (failed !== at || bases.length === 1) return;
    at += 1;
    moved(base());
  };
  return {
    current: base,
    async fetch(request, init) {
      // A fallback has an address of its own.
      if (!request.url.startsWith(`${bases[0]}/`)) return send(request, init);
      const mine = at;
      const to = base();
      const there = to === bases[0] ? request : new Request(to + request.url.slice(bases[0].length), request);
      try {
        const response = await send(there, init);
        if (response.status > 499) leave(mine);
        return response;
      } catch (error) {
        const { signal } = init ?? {};
        // Who left by choice says nothing about the address.
        if (!signal?.aborted || isTipstreamError(signal.reason, 'TIMEOUT')) leave(mine);
        throw error;
      }
    },
  };
}
