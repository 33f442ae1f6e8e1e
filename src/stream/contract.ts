import { checkAddress } from '../core/address.ts';
import type { Credential } from '../core/auth.ts';
import type { Connection } from '../core/connection.ts';
import type { Endpoint, Platform } from '../core/endpoint.ts';
import { configError, type TipstreamError } from '../core/errors.ts';
import { open } from '../core/open.ts';
import type { ClientOptions } from '../core/options.ts';
import { createFollower } from './follow.ts';
import { type Batch, toBatch } from './poll-options.ts';
import type { TipPage } from './tip-page.ts';

/** The error for the first of these options that is missing or empty. */
export const missing = (platform: string, options: Readonly<Record<string, unknown>>): TipstreamError =>
  configError(platform, `the option ${Object.keys(options).find((name) => !options[name])} is missing or empty`);

/** How a contract is polled: one address, a page at a time. */
export interface Contract<In, E> {
  platform: Platform<unknown>;
  endpoint: Endpoint<In, TipPage<E>>;
  input: In;
  credential: Credential;
  broadcaster?: string | undefined;
  /** The whole address, in place of the platform's own. `{broadcaster}` is filled in. */
  eventsUrl?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}

/** The connection to a contract's address, and how it is asked. */
export function openContract<In, E>(
  { platform, endpoint, input, credential, broadcaster, eventsUrl, headers }: Contract<In, E>,
  options: ClientOptions,
): { connection: Connection; ask(cursor: string | undefined, signal?: AbortSignal): Promise<Batch<E>> } {
  const address = eventsUrl?.replace(/%7Bbroadcaster%7D/gi, '{broadcaster}');
  if (address?.includes('{broadcaster}') && !broadcaster)
    throw configError(platform.name, 'eventsUrl has {broadcaster}; give the option broadcaster, too');
  if (address !== undefined)
    checkAddress(platform.name, address, options.allowInsecure, platform.strictHttps, 'eventsUrl');
  const connection = open(
    platform,
    { ...options, baseUrl: address ?? options.baseUrl?.replace(/\/+$/, '') },
    { credential, headers, account: broadcaster, params: { broadcaster: broadcaster ?? '' } },
  );
  const asked = address === undefined ? endpoint : { ...endpoint, path: '' };
  const { origin } = new URL(connection.baseUrl.replace(/[{}]/g, ''));
  const follower = createFollower(platform.name, origin);
  const { auth } = platform;
  /** A checkpoint holds no credential: that of the day goes back into its place when the address is followed. */
  const withoutKey = (address: string | undefined): string | undefined => {
    if (address === undefined) return undefined;
    const url = new URL(address, origin);
    const named = auth?.in === 'query' && url.searchParams.has(auth.name);
    if (named) url.searchParams.delete(auth.name);
    return connection.redactor.known(named ? url.href.slice(origin.length) : address, '{token}');
  };
  return {
    connection,
    async ask(cursor, signal) {
      follower.check();
      const answer = await connection.send(asked, input, { signal, url: cursor });
      return toBatch(answer, answer.data.events, { cursor: withoutKey(follower.follow(answer.data.nextUrl)) });
    },
  };
}
