// What a test can see and do at each upstream with a state: the types of `server.twitch` and the others.

export type { AnilibriaControls } from './anilibria/index.ts';
export type { InternalLog as AnilibriaInternalLog } from './anilibria/internal-routes.ts';
export type {
  EpisodesForm as AnilibriaEpisodesForm,
  LibraryTitle as AnilibriaLibraryTitle,
} from './anilibria/library.ts';
export type { MockListener as AnilibriaListener } from './anilibria/socket.ts';
export type { AnilibriaSwitches } from './anilibria/switches.ts';
export type { ServiceSocket, ServiceVisit } from './service.ts';
export type { TikTokControls } from './tiktok/index.ts';
export type { MockComment as TikTokMockComment, MockGift as TikTokMockGift } from './tiktok/sockets.ts';
export type {
  MockAccount as TikTokMockAccount,
  MockKey as TikTokMockKey,
  MockSession as TikTokMockSession,
  TikTokState,
} from './tiktok/state.ts';
export type { TikTokSwitches } from './tiktok/switches.ts';
export type { TippingControls } from './tipping/index.ts';
export type { Claims as TippingClaims } from './tipping/jwt.ts';
export type { TippingRooms } from './tipping/rooms.ts';
export type { Sessions as TippingSessions, TokenAnswer as TippingTokenAnswer } from './tipping/sessions.ts';
export type {
  Account as TippingAccount,
  LedgerEntry as TippingLedgerEntry,
  State as TippingState,
} from './tipping/state.ts';
export type { TippingSwitches } from './tipping/switches.ts';
export type { EventSubControls, SentNotification as EventSubNotification } from './twitch/eventsub.ts';
export type {
  Disguise as EventSubDisguise,
  Giving as EventSubGiving,
  Happening as EventSubHappening,
  MockPerson as EventSubPerson,
} from './twitch/eventsub-events.ts';
export type { MockSubscription as EventSubSubscription } from './twitch/eventsub-frames.ts';
export type { EventSubSwitches, MockSession as EventSubSession } from './twitch/eventsub-sessions.ts';
export type { Refused as EventSubRefusal } from './twitch/eventsub-subscriptions.ts';
export type { TwitchControls } from './twitch/index.ts';
export type { ProxyControls as TwitchProxyControls } from './twitch/proxy-routes.ts';
export type { IssueOptions as TwitchIssueOptions, MockToken as TwitchMockToken, TwitchState } from './twitch/state.ts';
export type { TwitchSwitches } from './twitch/switches.ts';
