import type { Credential } from '../core/auth.ts';
import type { Meta } from '../core/caller.ts';
import { type CallArguments, type ClientBase, clientOf, type EndpointCall, openWhole } from '../core/client.ts';
import { defined } from '../core/defined.ts';
import { configError, isTipstreamError, TipstreamError } from '../core/errors.ts';
import type { CallOptions, ClientOptions } from '../core/options.ts';
import type { AllOptions, Page } from '../core/page.ts';
import { minutes, seconds } from '../core/time.ts';
import { verify } from '../core/verify.ts';
import { type WalkSetting, walkPages } from './pages.ts';
import { twitchProxy } from './proxy-endpoints.ts';
import type { ChattersInput, ModeratedChannelsInput, UsersInput } from './queries.ts';
import type { TwitchChatter, TwitchModeratedChannel, TwitchUser } from './schemas.ts';
import { usersOf } from './users.ts';

/** What `createTwitchProxyClient` takes. */
export interface TwitchProxyClientOptions extends ClientOptions {
  /** Where the proxy is, e.g. `http://proxy:8081`. */
  baseUrl: string;
  /** The user's token, or what looks it up or renews it. The proxy has none of its own. */
  token: Credential;
  /**
   * Asks for ids and logins in alphabetical order, so that the proxy, whose cache minds the order, is more likely to know the answer. What
   * you get stays in your order.
   * @default false
   */
  sorted?: boolean | undefined;
  /** The time limit of one attempt: the proxy lets a request wait while it has no quota. @default seconds(40) */
  timeout?: number | undefined;
  /** The time limit of a whole call. @default minutes(3) */
  deadline?: number | undefined;
  /** @default 3 */
  retry?: ClientOptions['retry'];
  /** @default false: the proxy keeps the limit */
  limiter?: ClientOptions['limiter'];
  /** @default false: the proxy keeps answers. `{}` keeps them in memory as well, users for 5 minutes, moderated channels for one */
  cache?: ClientOptions['cache'];
}

/** What is known of an answer of the proxy beside its data. */
export interface TwitchProxyMeta extends Omit<Meta, 'cache'> {
  /** What `X-Cache` says, or `HIT` and `STALE` for an answer that this client kept; absent where nothing is said, as with chatters. */
  cache?: Meta['cache'];
}

/** A list of the proxy. */
export interface TwitchProxyCall<In, Item> {
  (...args: CallArguments<In, CallOptions>): Promise<Page<Item>>;
  /** The same, with what else is known of the answer. */
  withMeta(...args: CallArguments<In, CallOptions>): Promise<{ data: Page<Item>; meta: TwitchProxyMeta }>;
  /** Every item of every page, asked for as they are needed. */
  all(...args: CallArguments<In, AllOptions>): AsyncIterableIterator<Item>;
}

/** A client of a Twitch proxy. It knows no tips: these come from EventSub, past the proxy. */
export interface TwitchProxyClient extends ClientBase {
  /** Whether the proxy lives: one attempt, `false` for any answer but `ok`, and for none. Errors: `ABORTED`. */
  health(options?: CallOptions): Promise<boolean>;
  /** Users by id or login, any number of them. Who does not exist is not in the answer. */
  users: TwitchProxyCall<UsersInput, TwitchUser>;
  /** Who is in a chat, with `total`. Needs a user token of a moderator with the scope `moderator:read:chatters`. */
  chatters: TwitchProxyCall<ChattersInput, TwitchChatter>;
  /**
   * The channels that the token's user moderates; needs the scope `user:read:moderated_channels`. A proxy may pass `first` and `after` by
   * and show the first 20 only: `cursor` is then set, and `all` ends with `UPSTREAM`.
   */
  moderatedChannels: TwitchProxyCall<ModeratedChannelsInput, TwitchModeratedChannel>;
}

const says = (word: RegExp, { headers }: Meta): boolean => word.test(headers.get('x-cache')?.trim() ?? '');
const isHit = (meta: Meta): boolean => says(/^hit$/i, meta);
const isSaid = (meta: Meta): boolean => says(/^(hit|miss)$/i, meta);

/** A call that takes a hit of the proxy's for a hit. */
const hearing = <In, Item>(call: EndpointCall<In, Page<Item>>): EndpointCall<In, Page<Item>> =>
  Object.assign((...args: CallArguments<In, CallOptions>) => call(...args), {
    async withMeta(...args: CallArguments<In, CallOptions>) {
      const { data, meta } = await call.withMeta(...args);
      const cache: Meta['cache'] = meta.cache === 'MISS' && isHit(meta) ? 'HIT' : meta.cache;
      return { data, meta: { ...meta, cache } };
    },
  });

/** A list of the proxy. A miss is one only where the proxy says so. */
const telling = <In, Item>(
  call: EndpointCall<In, Page<Item>>,
  all: TwitchProxyCall<In, Item>['all'],
): TwitchProxyCall<In, Item> =>
  Object.assign((...args: CallArguments<In, CallOptions>) => call(...args), {
    async withMeta(...args: CallArguments<In, CallOptions>) {
      const { data, meta } = await call.withMeta(...args);
      const { cache, ...rest } = meta;
      return { data, meta: { ...rest, ...((cache !== 'MISS' || isSaid(meta)) && { cache }) } };
    },
    all,
  });

const cut = (): TipstreamError =>
  new TipstreamError({
    code: 'UPSTREAM',
    platform: twitchProxy.name,
    endpoint: 'moderatedChannels',
    sent: 'yes',
    message: `${twitchProxy.name} moderatedChannels: the proxy passes "after" by, and there are more channels than it shows. Ask with createTwitch, or use tipstream-twitch-proxy`,
  });

const chatterWalk: WalkSetting<TwitchChatter> = { name: 'chatters', first: 1000, id: ({ user_id }) => user_id };
const channelWalk: WalkSetting<TwitchModeratedChannel> = {
  name: 'moderatedChannels',
  first: 100,
  id: ({ broadcaster_id }) => broadcaster_id,
};

/**
 * A client of a Twitch proxy: `tipstream-twitch-proxy` or one with the same four routes. Waits as long as such a proxy may hold a request
 * back, and counts no calls itself.
 *
 * @throws TipstreamError `CONFIG`
 *
 * @example
 * ```ts
 * import { createTwitchProxyClient } from 'tipstream/twitch';
 * const twitch = createTwitchProxyClient({ baseUrl: 'http://127.0.0.1:8081', token: 'not-a-secret-token' });
 * if (await twitch.health()) {
 *   const { data, meta } = await twitch.users.withMeta({ logins: ['mira'] });
 *   console.log(data.items[0]?.id, meta.cache); // 'MISS', and 'HIT' the next time
 * }
 * await twitch.close();
 * ```
 */
export function createTwitchProxyClient(options: TwitchProxyClientOptions): TwitchProxyClient {
  const { baseUrl, token: credential, sorted = false, ...rest } = options ?? {};
  const { name, endpoints } = twitchProxy;
  if (!baseUrl) throw configError(name, 'baseUrl is missing; say where the proxy is, e.g. http://127.0.0.1:8081');
  if (!credential)
    throw configError(name, 'token is missing; the proxy has none of its own, give the token of the user');
  const defaults = { timeout: seconds(40), deadline: minutes(3), retry: 3, limiter: false, cache: false } as const;
  const connection = openWhole(twitchProxy, { ...defaults, ...defined(rest), baseUrl }, { credential });
  const { users, chatters, moderatedChannels, health: _, ...client } = clientOf(twitchProxy, connection);

  const order = ({ ids, logins, ...input }: UsersInput): UsersInput => ({
    ...input,
    ids: sorted && Array.isArray(ids) ? [...ids].sort() : ids,
    logins: sorted && Array.isArray(logins) ? [...logins].sort() : logins,
  });
  const heard = hearing(users);
  const asked = usersOf(
    Object.assign((input: UsersInput = {}, given?: CallOptions) => heard(order(input), given), {
      withMeta: (input: UsersInput = {}, given?: CallOptions) => heard.withMeta(order(input), given),
    }),
  );
  const channels: TwitchProxyClient['moderatedChannels']['all'] = (input, { max, ...given } = {}) => {
    let before: string | undefined;
    const ask = async (part: ModeratedChannelsInput): Promise<Page<TwitchModeratedChannel>> => {
      const page = await moderatedChannels(part, given);
      const mark = page.items.map(channelWalk.id).join();
      if (mark && mark === before) throw cut();
      before = mark;
      return page;
    };
    return walkPages(ask, input, channelWalk, max);
  };
  return {
    ...client,
    users: telling(asked, asked.all),
    chatters: telling(hearing(chatters), (input, { max, ...given } = {}) =>
      walkPages((part: ChattersInput) => chatters(part, given), input, chatterWalk, max),
    ),
    moderatedChannels: telling(hearing(moderatedChannels), channels),
    health: ({ signal, deadline: timeout } = {}) =>
      connection.send(endpoints.health, {}, { signal, timeout }).then(
        ({ data }) => data,
        (error) => {
          if (isTipstreamError(error, 'ABORTED')) throw error;
          return false;
        },
      ),
    // Nobody has the id 0: the answer is empty, and says of the token that it is good.
    verify: () => verify(name, () => asked({ ids: ['0'] })),
  };
}
