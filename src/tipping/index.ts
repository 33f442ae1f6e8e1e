/**
 * The tipping platform: 32 calls, sessions that renew themselves, payments that are made once, tips live.
 *
 * @module tipstream/tipping
 */

// What the clients' types are made of, so that a declaration which shows them can name it.
export type { Client } from '../core/client.ts';
export type { Endpoint, Platform } from '../core/endpoint.ts';
export type { Verdict } from '../stream/socket.ts';
export type { LoginInput, RegisterInput } from './accounts.ts';
export {
  createTipping,
  type Tipping,
  type TippingAuth,
  type TippingOptions,
} from './client.ts';
export type { ReportInput } from './endpoints.ts';
export type { TippingEventsOptions, TippingLive, TippingSocketOptions, TippingTipsOptions } from './events.ts';
export { hostStream, joinStream, type MediaAccess, type MediaSession, toMediaAccess } from './flows.ts';
export type { PageInput } from './manner.ts';
export type {
  IceServer,
  OtherType,
  TippingBalance,
  TippingEvent,
  TippingJoinInfo,
  TippingPayout,
  TippingRecord,
  TippingRegistration,
  TippingStream,
  TippingTip,
  TippingTokens,
  TippingTransaction,
  TippingTransfer,
  TippingUser,
  TippingVerification,
  TippingViewer,
  TipReceived,
  ViewerJoined,
} from './models.ts';
export { availableTokens, currencyToTokens, isOutgoing, tokensToCurrency } from './money.ts';
export { livePantyStaging, tippingErrors } from './names.ts';
export { toTip } from './normalize.ts';
export type { PatchCall } from './patch-call.ts';
export type { SessionExpired, SessionKeeper, SessionStore } from './session-room.ts';
export type { StreamInput, StreamPatch, StreamsInput } from './streams.ts';
export { createTippingStreams, type TippingStreams, type TippingStreamsOptions } from './streams-client.ts';
export type { BuyInput, TransferInput } from './wallet.ts';
