/**
 * TikTok LIVE: the Profile & Engagement service, its comments, pictures of people, and gifts as tips. Unofficial: it speaks to a service of your own,
 * and requests nothing of TikTok itself.
 *
 * @module tipstream/tiktok
 */
export type { AvatarTierStats } from './avatars/ask.ts';
export { type AvatarStats, type Avatars, type AvatarsOptions, createAvatars } from './avatars/avatars.ts';
export { type DecodedDataUrl, decodeDataUrl } from './avatars/data-url.ts';
export { generatorUrls } from './avatars/generator-urls.ts';
export { type InitialsInput, initialsAvatar } from './avatars/initials.ts';
export { type AvatarTier, avatarLimits } from './avatars/limits.ts';
export { avatarFromProfilePage } from './avatars/profile-page.ts';
export type { AvatarCacheOptions, AvatarCacheStats } from './avatars/store.ts';
export type { AvatarProvider, AvatarRequest, AvatarService } from './avatars/tiers.ts';
export type {
  TikTokAccounts,
  TikTokCache,
  TikTokCalls,
  TikTokLive,
  TikTokMonitoring,
  TikTokProfiles,
} from './calls.ts';
export { createTikTok, type TikTok } from './client.ts';
export type { WhenLiveOptions } from './connect-when-live.ts';
export { apiVersion } from './endpoints.ts';
export type { CommentStream, SessionStreamOptions, TikTokStreams, TikTokTipsOptions } from './events.ts';
export { fromTikTokLiveConnector, type LiveConnection, type LiveEvent } from './gifts/connector.ts';
export type { FrameSource } from './gifts/from-frames.ts';
export { giftTips } from './gifts/gift-tips.ts';
export type { GiftTipsOptions } from './gifts/tips-of-frames.ts';
export type {
  ConnectInput,
  GenerateInput,
  LoginInput,
  MetricsInput,
  RegisterInput,
  RevalidateInput,
  SessionInput,
  UsernameInput,
} from './inputs.ts';
export { toTip } from './normalize.ts';
export type { TikTokOptions, TikTokRate } from './options.ts';
export type { ApiKeyInfo, ApiKeys, AuthUser, GeneratedKey, LoggedIn, Registered } from './schemas/accounts.ts';
export type { Comment, CommentUser, ConnectResult, Done, Session, Sessions } from './schemas/live.ts';
export type {
  AvatarProviderHealth,
  AvatarSource,
  CacheStats,
  ComponentHealth,
  DetailedHealth,
  HealthCheck,
  Metrics,
  Ping,
  RevalidateResult,
  ServiceStatus,
  UserProfile,
} from './schemas.ts';
export type { SessionEvent } from './session.ts';
