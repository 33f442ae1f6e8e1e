/**
 * Twitch: users, chatters and moderated channels from Helix, with tokens that renew themselves.
 *
 * @module
 */
export { type AppTokenOptions, appToken } from './app-token.ts';
export type { TwitchAuth, TwitchAuthSetting, TwitchTokens } from './auth.ts';
export { createTwitch, type Twitch, type TwitchCalls } from './client.ts';
export type { TwitchOptions, TwitchSettings } from './options.ts';
export type { ChattersInput, ModeratedChannelsInput, PartInput, UsersInput } from './queries.ts';
export type {
  TwitchChatter,
  TwitchModeratedChannel,
  TwitchUser,
  TwitchValidation,
} from './schemas.ts';
export {
  type TwitchTokenStore,
  type UserTokenOptions,
  type UserTokenRefresh,
  type UserTokenStored,
  userToken,
} from './user-token.ts';
