import type { Meta } from '../core/caller.ts';
import type { ClientBase, ListCall } from '../core/client.ts';
import { TipstreamError } from '../core/errors.ts';
import type { CallOptions } from '../core/options.ts';
import type { AllOptions, Page } from '../core/page.ts';
import type { Verification } from '../core/verify.ts';
import { type TwitchStreams, twitchStreams } from './events.ts';
import { type Helix, openHelix } from './helix.ts';
import type { TwitchOptions } from './options.ts';
import { type WalkSetting, walkPages } from './pages.ts';
import type { ChattersInput, ModeratedChannelsInput, PartInput, UsersInput } from './queries.ts';
import type { TwitchChatter, TwitchModeratedChannel, TwitchUser } from './schemas.ts';
import { usersOf } from './users.ts';
import { scopes, verifyToken } from './verify.ts';

/** The calls to Helix. */
export interface TwitchCalls extends Omit<ClientBase, 'verify'> {
  /**
   * Users by id or login, as many as you like: 100 in each request, each user once, in your order. Who does not exist is absent. Kept
   * for five minutes.
   */
  users: ListCall<UsersInput, TwitchUser>;
  /**
   * Who is in a chat, with their number as `total`; never kept. Needs the token of a moderator, whose id is `moderatorId`, with the scope
   * `moderator:read:chatters`.
   */
  chatters: ListCall<ChattersInput, TwitchChatter>;
  /** The channels that `userId`, the token's user, moderates. Needs the scope `user:read:moderated_channels`. Kept for a minute. */
  moderatedChannels: ListCall<ModeratedChannelsInput, TwitchModeratedChannel>;
  /**
   * Asks whose token it is, and says in a sentence whether it is good and which scope is missing for what. Twitch wants this done at the start
   * and every hour for the token of a user.
   *
   * @param needs.scopes - What you need: `ok` is then whether all of them are there. @default any scope that something here asks for
   */
  verify(needs?: { scopes?: readonly string[] | undefined }): Promise<Verification>;
}

/** Twitch: calls to Helix, and tips from EventSub. */
export interface Twitch extends TwitchCalls, TwitchStreams {}

/**
 * A client of Twitch. Sends nothing until something is asked.
 *
 * @throws TipstreamError `CONFIG`
 *
 * @example
 * ```ts
 * import { createTwitch } from 'tipstream/twitch';
 * const twitch = createTwitch({ clientId: 'yourclientid', token: 'not-a-secret-token' });
 * for await (const { user_name } of twitch.chatters.all({ broadcasterId: '1001', moderatorId: '1001' })) console.log(user_name);
 * ```
 */
export function createTwitch(options: TwitchOptions): Twitch {
  const helix = openHelix(options);
  const { eventsubUrl } = options;
  return { ...callsOf(helix), ...twitchStreams(helix.connection, { eventsubUrl, app: helix.kind === 'app' }) };
}

type Listed<In, T> = (input: In, options?: CallOptions) => Promise<{ data: Page<T>; meta: Meta }>;

/** The calls to Helix, as a client shows them. */
function callsOf(helix: Helix): TwitchCalls {
  const { calls, kind } = helix;
  /** A call that the token of an app can never do: said before anything is sent. */
  const ofUser = <In extends PartInput, T>(list: Listed<In, T>, scope: string, setting: WalkSetting<T>) => {
    const withMeta: Listed<In, T> = async (input, options) => {
      if (kind !== 'app') return list(input, options);
      throw new TipstreamError({
        code: 'PERMISSION',
        platform: 'twitch',
        endpoint: setting.name,
        message: `twitch ${setting.name}: an app token is good for users() only; give a user's with the scope ${scope}`,
      });
    };
    const ask = async (input: In, options?: CallOptions): Promise<Page<T>> => (await withMeta(input, options)).data;
    const all = (input: In, { max, ...options }: AllOptions = {}): AsyncIterableIterator<T> =>
      walkPages((next: In) => ask(next, options), input, setting, max);
    return Object.assign(ask, { withMeta, all });
  };
  return {
    users: usersOf(calls.users),
    chatters: ofUser(calls.chatters.withMeta, scopes.chatters, {
      name: 'chatters',
      first: 1000,
      id: ({ user_id }) => user_id,
    }),
    moderatedChannels: ofUser(calls.moderatedChannels.withMeta, scopes.moderatedChannels, {
      name: 'moderatedChannels',
      first: 100,
      id: ({ broadcaster_id }) => broadcaster_id,
    }),
    rateLimits: calls.rateLimits,
    on: calls.on,
    close: calls.close,
    async forget() {
      await helix.forgetTokens();
      await calls.forget();
    },
    verify: (needs) => verifyToken(helix, needs?.scopes),
  };
}
