/**
 * Twitch: users, chatters and moderated channels from Helix, with tokens that renew themselves.
 *
 * @module tipstream/twitch
 */
export { type AppTokenOptions, appToken } from './app-token.ts';
export type { TwitchAuth } from './auth.ts';
export { createTwitch, type Twitch, type TwitchCalls } from './client.ts';
export type { TwitchEventsOptions, TwitchStreams, TwitchTipsOptions, TwitchWhose } from './events.ts';
export type { TwitchTipKind } from './eventsub-kinds.ts';
export type { TwitchTopic } from './eventsub-topics.ts';
export { toTip } from './normalize.ts';
export type { TwitchOptions, TwitchSettings } from './options.ts';
export {
  createTwitchProxyClient,
  type TwitchProxyCall,
  type TwitchProxyClient,
  type TwitchProxyClientOptions,
  type TwitchProxyMeta,
} from './proxy.ts';
export type { ChattersInput, ModeratedChannelsInput, PartInput, UsersInput } from './queries.ts';
export type {
  OtherType,
  TwitchActor,
  TwitchBitsUse,
  TwitchChannel,
  TwitchCheer,
  TwitchDonation,
  TwitchEvent,
  TwitchHypeTrain,
  TwitchNotification,
  TwitchPowerUpRedemption,
  TwitchSubscribe,
  TwitchSubscription,
  TwitchSubscriptionGift,
  TwitchSubscriptionMessage,
} from './schemas/events.ts';
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
