import type { TipEvent } from '../stream/tip-event.ts';
import {
  anonymous,
  type Invalid,
  invalid,
  isWire,
  type ReadContext,
  secondsOf,
  type TipContext,
  textOf,
  tipFrom,
  upstreamId,
  type Wire,
} from '../stream/tip-wire.ts';
import { hideGiver, isUnnamed } from './anonymous.ts';
import { noticeOf } from './notification.ts';

/** What only the type of an event tells of a tip. */
interface Gift {
  amount: unknown;
  /** Where the amount stands, below `event`. */
  at: string;
  unit: string;
  message?: unknown;
  meta: Record<string, unknown>;
}

const part = (value: unknown): Wire => (isWire(value) ? value : {});

/** The tier of a subscription: `1000`, `2000`, `3000`. A rate may be for one of them. */
const subscription = (amount: unknown, at: string, kind: string, { tier }: Wire, more?: Wire): Gift => ({
  amount,
  at,
  unit: 'subscription',
  meta: { kind, ...(upstreamId(tier) && { tier: upstreamId(tier) }), ...more },
});

/** What counts as a tip, by the type of the event. Hype trains are made of tips and are none. */
const gifts: Readonly<Record<string, (event: Wire) => Gift | Invalid | undefined>> = {
  'channel.cheer': ({ bits, message }) => ({ amount: bits, at: 'bits', unit: 'bit', message, meta: { kind: 'cheer' } }),
  'channel.bits.use'({ bits, type, message, power_up, custom_power_up }) {
    // Whatever the bits were for, they were given: a word that nobody knows yet counts, too.
    const what = textOf(part(custom_power_up).title) || textOf(part(power_up).type);
    return {
      amount: bits,
      at: 'bits',
      unit: 'bit',
      message: part(message).text,
      meta: { kind: textOf(type) || 'bits', ...(what && { powerUp: what }) },
    };
  },
  'channel.custom_power_up_redemption.add'({ custom_power_up, user_input }) {
    const { bits, title } = part(custom_power_up);
    const meta = { kind: 'custom_power_up', ...(textOf(title) && { powerUp: title }) };
    return { amount: bits, at: 'custom_power_up.bits', unit: 'bit', message: user_input, meta };
  },
  'channel.subscribe'(event) {
    // Who was given one did not pay; whoever did comes as `channel.subscription.gift`.
    if (event.is_gift === true) return undefined;
    return event.is_gift === false
      ? subscription(1, '', 'sub', event)
      : invalid('wrong type for is_gift', 'event.is_gift');
  },
  'channel.subscription.gift': (event) =>
    subscription(event.total, 'total', 'gift', event, counted({ cumulativeTotal: event.cumulative_total })),
  'channel.subscription.message': (event) => ({
    ...subscription(
      1,
      '',
      'resub',
      event,
      counted({
        cumulativeMonths: event.cumulative_months,
        streakMonths: event.streak_months,
        durationMonths: event.duration_months,
      }),
    ),
    message: part(event.message).text,
  }),
  'channel.charity_campaign.donate'({ amount, charity_name }) {
    const { value, decimal_places: places, currency } = part(amount);
    if (typeof places !== 'number' || places < 0 || places > 15 || places % 1 !== 0)
      return invalid('wrong type for decimal_places', 'event.amount.decimal_places');
    const unit = textOf(currency).toUpperCase();
    if (!/^[A-Z]{3}$/.test(unit)) return invalid('wrong type for currency', 'event.amount.currency');
    return {
      // A power of ten is exact, so this is the number nearest to what was given.
      amount: typeof value === 'number' ? value / 10 ** places : value,
      at: 'amount.value',
      unit,
      meta: { kind: 'charity', ...(textOf(charity_name) && { charity: charity_name }) },
    };
  },
};

/** The numbers among these: what is not shared is `null`. */
const counted = (numbers: Wire): Wire =>
  Object.fromEntries(Object.entries(numbers).filter(([, value]) => typeof value === 'number'));

/** The upstream's id of a message, the same whenever it is sent again. */
export const eventId = (event: unknown): string | undefined => (isWire(event) ? noticeOf(event).id : undefined);

/** When a message was sent, Unix time in milliseconds. */
export function eventTime(event: unknown): number | undefined {
  const time = isWire(event) ? secondsOf(noticeOf(event).at) : undefined;
  return time === undefined ? undefined : time * 1000;
}

/** The event without whoever asked to stay unnamed; the same object where there is nobody to hide. */
export function mask<T>(event: T): T;
export function mask(event: unknown): unknown {
  return isWire(event) ? hideGiver(event) : event;
}

/** Notification to tip. `undefined` for what is no tip, a report for one that cannot be read. */
export function readTip(notification: unknown, context: ReadContext): TipEvent | Invalid | undefined {
  if (!isWire(notification)) return invalid('wrong type for event');
  const { type, event: said, id, at } = noticeOf(notification);
  if (typeof type !== 'string') return invalid('wrong type for type', 'type');
  const read = Object.hasOwn(gifts, type) && gifts[type];
  if (!read) return undefined;
  if (!isWire(said)) return invalid('wrong type for event', 'event');
  const hidden = isUnnamed(said);
  const event = hidden ? hideGiver({ ...said, is_anonymous: true }) : said;
  const gift = read(event);
  if (!gift || 'invalid' in gift) return gift;
  const { amount, unit, meta } = gift;
  if (amount == null) return invalid('amount missing', `event.${gift.at}`);
  if (typeof amount !== 'number' || !Number.isFinite(amount))
    return invalid('wrong type for amount', `event.${gift.at}`);
  if (amount < 0) context.warn?.('twitch: a tip with a negative amount');
  if (!id)
    context.warn?.('twitch: a webhook without message_id; put its header beside, or what is sent again counts twice');
  const channel = upstreamId(event.broadcaster_user_login) ?? upstreamId(event.broadcaster_user_id) ?? context.channel;
  const time = secondsOf(at) ?? secondsOf(event.redeemed_at);
  const tip: TipEvent = {
    platform: 'twitch',
    amount,
    tipper: hidden ? anonymous : textOf(event.user_name) || textOf(event.user_login),
    message: textOf(gift.message),
    timestamp: time ?? context.receivedAt / 1000,
    id: `twitch:${channel && channel.length <= 48 ? channel : '-'}:${id ?? context.id}`,
    unit,
    anonymous: hidden,
  };
  if (channel) tip.channel = channel;
  const tipperId = hidden ? undefined : upstreamId(event.user_id);
  if (tipperId) tip.tipperId = tipperId;
  tip.meta = time === undefined ? { ...meta, received: true } : meta;
  return tip;
}

/**
 * A notification of EventSub as a tip: a frame of the socket, the body of a webhook, or what `events()` gives. `undefined` for what is
 * no tip, such as a hype train, or somebody who was given a subscription.
 *
 * The body of a webhook has neither id nor time: put its headers `Twitch-Eventsub-Message-Id` and `-Timestamp` beside, as `message_id` and
 * `message_timestamp`. A cheer comes as `channel.cheer` **and** as `channel.bits.use`: subscribe to one of both.
 *
 * @throws TipstreamError `VALIDATION` for an event that cannot be read: `amount missing`, `wrong type for amount`.
 *
 * @example
 * ```ts
 * import { toTip } from 'tipstream/twitch';
 * const tip = toTip({
 *   subscription: { type: 'channel.cheer' },
 *   event: { user_id: '1234', user_login: 'grace', user_name: 'Grace', broadcaster_user_login: 'mira', bits: 100, message: 'Cheer100' },
 *   message_id: 'befa7b53-d79d-478f-86b9-120f112b044e',
 *   message_timestamp: '2026-01-01T00:00:00.464757833Z',
 * });
 * console.log(tip?.tipper, tip?.amount, tip?.unit, tip?.id); // Grace 100 bit twitch:mira:befa7b53-d79d-478f-86b9-120f112b044e
 * ```
 */
export function toTip(event: unknown, context: TipContext = {}): TipEvent | undefined {
  return tipFrom('twitch', readTip, event, context);
}
