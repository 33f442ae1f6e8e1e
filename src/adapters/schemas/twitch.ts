import * as z from 'zod/mini';
import { events, type OtherType, type TwitchEvent, type TwitchSubscription } from '../../twitch/schemas/events.ts';
import {
  Chatter,
  ModeratedChannel,
  type TwitchChatter,
  type TwitchModeratedChannel,
  type TwitchUser,
  User,
} from '../../twitch/schemas.ts';
import { type StandardSchema, standard, standardBy, wordIn } from './standard.ts';

const text = z.string();

const Subscription = z.looseObject({
  id: text,
  type: text,
  version: text,
  status: text,
  cost: z.number(),
  condition: z.looseObject({}),
}) satisfies z.ZodMiniType<TwitchSubscription>;

const notification = <Type, Event>(type: z.ZodMiniType<Type>, event: z.ZodMiniType<Event>) =>
  z.looseObject({
    type,
    version: z.optional(text),
    message_id: z.optional(text),
    message_timestamp: z.optional(text),
    subscription: z.optional(Subscription),
    event,
  });

const of = <const Type extends string, Event>(type: Type, event: z.ZodMiniType<Event>) =>
  notification(z.literal(type), event);

const known = {
  'channel.cheer': of('channel.cheer', events['channel.cheer']),
  'channel.bits.use': of('channel.bits.use', events['channel.bits.use']),
  'channel.custom_power_up_redemption.add': of(
    'channel.custom_power_up_redemption.add',
    events['channel.custom_power_up_redemption.add'],
  ),
  'channel.subscribe': of('channel.subscribe', events['channel.subscribe']),
  'channel.subscription.gift': of('channel.subscription.gift', events['channel.subscription.gift']),
  'channel.subscription.message': of('channel.subscription.message', events['channel.subscription.message']),
  'channel.charity_campaign.donate': of('channel.charity_campaign.donate', events['channel.charity_campaign.donate']),
  'channel.hype_train.begin': of('channel.hype_train.begin', events['channel.hype_train.begin']),
  'channel.hype_train.progress': of('channel.hype_train.progress', events['channel.hype_train.progress']),
  'channel.hype_train.end': of('channel.hype_train.end', events['channel.hype_train.end']),
} satisfies Record<Extract<TwitchEvent['type'], string>, z.ZodMiniType<TwitchEvent>>;

const Other = notification(
  z.custom<OtherType>((type) => typeof type === 'string'),
  z.looseObject({}),
);

const isKnown = (type: string): type is keyof typeof known => Object.hasOwn(known, type);

/** What EventSub notified of, as `events()` gives it. One of the ten known types has the fields of its type; a new one may have any.
 *
 * @example A queue behind a webhook
 * ```ts
 * import { twitchEventSchema } from 'tipstream/schemas';
 * export function take(message: string): void {
 *   const read = twitchEventSchema['~standard'].validate(JSON.parse(message));
 *   if (read.issues) console.error('put aside:', read.issues); // places, and nothing of what stands there
 *   else if (read.value.type === 'channel.cheer') console.log(read.value.event.bits);
 * }
 * ```
 */
export const twitchEventSchema: StandardSchema<TwitchEvent> = standardBy<TwitchEvent>((event) => {
  const type = wordIn('type', event);
  return isKnown(type) ? known[type] : Other;
});

/**
 * A user, as `users` gives it.
 *
 * @example An answer of a server of your own, which keeps users
 * ```ts
 * import ky from 'ky';
 * import { twitchUserSchema } from 'tipstream/schemas';
 * const user = await ky('https://users.example.test/mira').json(twitchUserSchema);
 * console.log(user.display_name);
 * ```
 */
export const twitchUserSchema: StandardSchema<TwitchUser> = standard(User);

/** Somebody who is in a chat, as `chatters` gives it. */
export const twitchChatterSchema: StandardSchema<TwitchChatter> = standard(Chatter);

/** A channel that somebody moderates, as `moderatedChannels` gives it. */
export const twitchModeratedChannelSchema: StandardSchema<TwitchModeratedChannel> = standard(ModeratedChannel);
