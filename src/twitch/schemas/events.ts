/**
 * What EventSub says, with the wire's spelling. The rest of the platform takes only types from here: the schemas are for
 * `tipstream/schemas` and the tests, so a notification costs no run of a validator.
 */
import * as z from 'zod/mini';

/** Who did it. All three are `null` where nobody is named. */
export interface TwitchActor {
  user_id: string | null;
  user_login: string | null;
  user_name: string | null;
}

/** Whose channel it happened in. */
export interface TwitchChannel {
  broadcaster_user_id: string;
  broadcaster_user_login: string;
  broadcaster_user_name: string;
}

/** `channel.cheer`: bits given in the chat. */
export interface TwitchCheer extends TwitchActor, TwitchChannel {
  is_anonymous: boolean;
  message: string;
  bits: number;
  [more: string]: unknown;
}

/** `channel.bits.use`: bits given in any way; a cheer comes here **and** as `channel.cheer`. */
export interface TwitchBitsUse extends TwitchActor, TwitchChannel {
  bits: number;
  /** `cheer`, `power_up`, `combo`, `custom_power_up`; new words may come. */
  type: string;
  power_up?: Readonly<Record<string, unknown>> | null | undefined;
  custom_power_up?: Readonly<Record<string, unknown>> | null | undefined;
  message?: { text: string; fragments?: readonly unknown[] | undefined } | null | undefined;
  [more: string]: unknown;
}

/** `channel.custom_power_up_redemption.add`: the same bits come as `channel.bits.use`. */
export interface TwitchPowerUpRedemption extends TwitchActor, TwitchChannel {
  id: string;
  user_input?: string | null | undefined;
  status?: string | undefined;
  custom_power_up: { id: string; title: string; bits: number; prompt?: string | null | undefined };
  redeemed_at?: string | undefined;
  [more: string]: unknown;
}

/** `channel.subscribe`: a new subscription. With `is_gift` it is somebody who was given one, and somebody else paid. */
export interface TwitchSubscribe extends TwitchActor, TwitchChannel {
  /** `1000`, `2000`, `3000`. */
  tier: string;
  is_gift: boolean;
  [more: string]: unknown;
}

/** `channel.subscription.gift`: subscriptions that somebody bought for others. */
export interface TwitchSubscriptionGift extends TwitchActor, TwitchChannel {
  total: number;
  tier: string;
  /** `null` where nobody is named, or it is not shared. */
  cumulative_total: number | null;
  is_anonymous: boolean;
  [more: string]: unknown;
}

/** `channel.subscription.message`: a renewed subscription, told in the chat. */
export interface TwitchSubscriptionMessage extends TwitchActor, TwitchChannel {
  tier: string;
  message: { text: string; emotes?: readonly unknown[] | null | undefined };
  cumulative_months: number;
  /** `null` where it is not shared. */
  streak_months: number | null;
  duration_months: number;
  [more: string]: unknown;
}

/** `channel.charity_campaign.donate`: money for a charity. */
export interface TwitchDonation extends TwitchActor, TwitchChannel {
  id: string;
  campaign_id: string;
  charity_name: string;
  /** `value` counts the smallest part of the currency: 550 with two decimal places is 5.50. */
  amount: { value: number; decimal_places: number; currency: string };
  [more: string]: unknown;
}

/** `channel.hype_train.begin`, `.progress` and `.end`: what came together, of which every part was a tip already. */
export interface TwitchHypeTrain extends TwitchChannel {
  id: string;
  total: number;
  level: number;
  /** Absent at the end. */
  progress?: number | undefined;
  goal?: number | undefined;
  top_contributions?: readonly (TwitchActor & { type: string; total: number })[] | null | undefined;
  started_at: string;
  /** `regular`, `golden_kappa`, `treasure`. */
  type?: string | undefined;
  is_shared_train?: boolean | undefined;
  expires_at?: string | undefined;
  ended_at?: string | undefined;
  [more: string]: unknown;
}

/** What was subscribed to. */
export interface TwitchSubscription {
  id: string;
  type: string;
  version: string;
  status: string;
  cost: number;
  condition: Readonly<Record<string, unknown>>;
  [more: string]: unknown;
}

/** One notification: `metadata` and `payload` of a socket's frame as one object, and what a webhook brings in body and headers. */
export interface TwitchNotification<Type, Event> {
  type: Type;
  version?: string | undefined;
  /** The same whenever it is sent again. */
  message_id?: string | undefined;
  /** When it was sent, with nanoseconds. */
  message_timestamp?: string | undefined;
  subscription?: TwitchSubscription | undefined;
  event: Event;
}

/** A type of event that this version does not know: text on the wire, `String(event.type)`. */
export interface OtherType {
  readonly '~other': true;
  /** The word itself. */
  toString(): string;
}

/** What EventSub notifies of: `switch (event.type)` tells the known ones apart. Unknown ones come as they are. */
export type TwitchEvent =
  | TwitchNotification<'channel.cheer', TwitchCheer>
  | TwitchNotification<'channel.bits.use', TwitchBitsUse>
  | TwitchNotification<'channel.custom_power_up_redemption.add', TwitchPowerUpRedemption>
  | TwitchNotification<'channel.subscribe', TwitchSubscribe>
  | TwitchNotification<'channel.subscription.gift', TwitchSubscriptionGift>
  | TwitchNotification<'channel.subscription.message', TwitchSubscriptionMessage>
  | TwitchNotification<'channel.charity_campaign.donate', TwitchDonation>
  | TwitchNotification<
      'channel.hype_train.begin' | 'channel.hype_train.progress' | 'channel.hype_train.end',
      TwitchHypeTrain
    >
  | TwitchNotification<OtherType, Readonly<Record<string, unknown>>>;

const text = z.string();
const perhaps = z.nullish(z.string());
const number = z.number();
const bag = z.nullish(z.record(z.string(), z.unknown()));

const actor = { user_id: z.nullable(text), user_login: z.nullable(text), user_name: z.nullable(text) };
const channel = { broadcaster_user_id: text, broadcaster_user_login: text, broadcaster_user_name: text };

const Cheer = z.looseObject({
  ...actor,
  ...channel,
  is_anonymous: z.boolean(),
  message: text,
  bits: number,
}) satisfies z.ZodMiniType<TwitchCheer>;

const BitsUse = z.looseObject({
  ...actor,
  ...channel,
  bits: number,
  type: text,
  power_up: bag,
  custom_power_up: bag,
  message: z.nullish(z.looseObject({ text, fragments: z.optional(z.array(z.unknown())) })),
}) satisfies z.ZodMiniType<TwitchBitsUse>;

const PowerUpRedemption = z.looseObject({
  ...actor,
  ...channel,
  id: text,
  user_input: perhaps,
  status: z.optional(text),
  custom_power_up: z.looseObject({ id: text, title: text, bits: number, prompt: perhaps }),
  redeemed_at: z.optional(text),
}) satisfies z.ZodMiniType<TwitchPowerUpRedemption>;

const Subscribe = z.looseObject({
  ...actor,
  ...channel,
  tier: text,
  is_gift: z.boolean(),
}) satisfies z.ZodMiniType<TwitchSubscribe>;

const SubscriptionGift = z.looseObject({
  ...actor,
  ...channel,
  total: number,
  tier: text,
  cumulative_total: z.nullable(number),
  is_anonymous: z.boolean(),
}) satisfies z.ZodMiniType<TwitchSubscriptionGift>;

const SubscriptionMessage = z.looseObject({
  ...actor,
  ...channel,
  tier: text,
  message: z.looseObject({ text, emotes: z.nullish(z.array(z.unknown())) }),
  cumulative_months: number,
  streak_months: z.nullable(number),
  duration_months: number,
}) satisfies z.ZodMiniType<TwitchSubscriptionMessage>;

const Donation = z.looseObject({
  ...actor,
  ...channel,
  id: text,
  campaign_id: text,
  charity_name: text,
  amount: z.looseObject({ value: number, decimal_places: number, currency: text }),
}) satisfies z.ZodMiniType<TwitchDonation>;

const HypeTrain = z.looseObject({
  ...channel,
  id: text,
  total: number,
  level: number,
  progress: z.optional(number),
  goal: z.optional(number),
  top_contributions: z.nullish(z.array(z.looseObject({ ...actor, type: text, total: number }))),
  started_at: text,
  type: z.optional(text),
  is_shared_train: z.optional(z.boolean()),
  expires_at: z.optional(text),
  ended_at: z.optional(text),
}) satisfies z.ZodMiniType<TwitchHypeTrain>;

/** The inside of a notification, by its type. */
export const events = {
  'channel.cheer': Cheer,
  'channel.bits.use': BitsUse,
  'channel.custom_power_up_redemption.add': PowerUpRedemption,
  'channel.subscribe': Subscribe,
  'channel.subscription.gift': SubscriptionGift,
  'channel.subscription.message': SubscriptionMessage,
  'channel.charity_campaign.donate': Donation,
  'channel.hype_train.begin': HypeTrain,
  'channel.hype_train.progress': HypeTrain,
  'channel.hype_train.end': HypeTrain,
};
