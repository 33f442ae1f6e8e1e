/** What must be right about an event for a tip to be read from it: the oracle of the hand-written checks. */
import * as z from 'zod/mini';

const notification = <Type extends string, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) =>
  z.looseObject({ type: z.literal(type), event: z.looseObject(shape) });

/** By the type of the event; names, notes and times may be anything. */
export const readable = {
  'channel.cheer': notification('channel.cheer', { bits: z.number() }),
  'channel.bits.use': notification('channel.bits.use', { bits: z.number() }),
  'channel.custom_power_up_redemption.add': notification('channel.custom_power_up_redemption.add', {
    custom_power_up: z.looseObject({ bits: z.number() }),
  }),
  'channel.subscribe': notification('channel.subscribe', { is_gift: z.literal(false) }),
  'channel.subscription.gift': notification('channel.subscription.gift', { total: z.number() }),
  'channel.subscription.message': notification('channel.subscription.message', {}),
  'channel.charity_campaign.donate': notification('channel.charity_campaign.donate', {
    amount: z.looseObject({
      value: z.number(),
      decimal_places: z.int().check(z.gte(0), z.lte(15)),
      currency: z.string().check(z.regex(/^[A-Z]{3}$/i)),
    }),
  }),
};
