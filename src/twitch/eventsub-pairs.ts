import { isWire, type ReadTip, textOf, type Wire } from '../stream/tip-wire.ts';
import { noticeOf } from './notification.ts';
import type { TwitchEvent } from './schemas/events.ts';

/** A cheer that comes as `channel.bits.use`; it comes as `channel.cheer`, too. */
export const isOwnCheer = ({ type, event }: Pick<TwitchEvent, 'type' | 'event'>): boolean =>
  type === 'channel.bits.use' && event.type === 'cheer';

/** Channels that are told apart. */
const most = 10_000;

/** What an event is one of two reports of, if it is. */
function pairOf(type: unknown, event: Wire): string | undefined {
  switch (type) {
    case 'channel.cheer':
      return 'cheer';
    case 'channel.custom_power_up_redemption.add':
      return 'custom_power_up';
    case 'channel.bits.use':
      return /^(cheer|custom_power_up)$/.test(textOf(event.type)) ? textOf(event.type) : undefined;
    default:
      return undefined;
  }
}

/**
 * The same bits come as two types: a cheer as `channel.cheer` and as `channel.bits.use`, a power-up of the channel's own as
 * `channel.custom_power_up_redemption.add` and as `channel.bits.use`. Where an app has webhooks for both, the type that came first in a
 * channel counts, and the other never does, for each stream by itself. No content is compared: equal cheers are the rule.
 */
export function firstOfPair(read: ReadTip): ReadTip {
  /** By whoever reads: what one stream leaves out another may have nowhere else. */
  const readers = new WeakMap<object, Map<string, string>>();
  return (notification, context) => {
    const { type, event } = isWire(notification) ? noticeOf(notification) : {};
    const pair = isWire(event) ? pairOf(type, event) : undefined;
    if (pair && isWire(event)) {
      const key = `${pair} ${textOf(event.broadcaster_user_id) || textOf(event.broadcaster_user_login)}`;
      const counts = readers.get(context) ?? new Map<string, string>();
      readers.set(context, counts);
      const first = counts.get(key);
      if (first === undefined) {
        if (counts.size >= most) counts.clear();
        counts.set(key, String(type));
      } else if (first !== type) return undefined;
    }
    return read(notification, context);
  };
}
