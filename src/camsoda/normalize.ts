import { maskGiver } from '../stream/mask-giver.ts';
import type { TipEvent } from '../stream/tip-event.ts';
import type { Invalid, ReadContext, TipContext } from '../stream/tip-wire.ts';
import {
  amountPart,
  giverOf,
  invalid,
  isWire,
  kindOf,
  otherKind,
  secondsOf,
  textOf,
  tipFrom,
  toEvent,
  upstreamId,
} from '../stream/tip-wire.ts';

/** The upstream's id of an event, where it gives one. */
export const eventId = (event: unknown): string | undefined => (isWire(event) ? upstreamId(event.id) : undefined);

/** When an event happened, Unix time in milliseconds (CS-9). */
export function eventTime(event: unknown): number | undefined {
  const time = isWire(event) ? secondsOf(event.timestamp) : undefined;
  return time === undefined ? undefined : time * 1000;
}

/** The event without the person behind an anonymous tip; the same object where there is nothing to hide. */
export const mask = <T>(event: T): T => maskGiver(event);

/** Wire event to tip. `undefined` for an event that is no tip, a report for one that cannot be read. */
export function readTip(event: unknown, context: ReadContext): TipEvent | Invalid | undefined {
  if (Array.isArray(event) && typeof event[0] === 'number') return readFrame(event, context);
  if (!isWire(event)) return invalid('wrong type for event');
  const kind = kindOf(event);
  if (kind != null && kind !== 'tip') return otherKind(kind);
  const part = amountPart(event);
  // CS-5: the key `tipper` goes first, and may be a bare value; CS-6: not where it is null.
  const who = event.tipper ?? giverOf(event) ?? giverOf(part);
  return toEvent(
    'camsoda',
    event,
    {
      kind,
      part,
      who: typeof who === 'number' || typeof who === 'boolean' ? String(who) : who,
      message: textOf(event.message) || textOf(part.message),
      id: upstreamId(event.id),
      channel: event.broadcaster,
      time: secondsOf(event.timestamp),
    },
    context,
  );
}

/** What happened in a room, as its socket says it: `[27, { value, subject_username, is_tip, is_stealth }]`. */
function readFrame(frame: readonly unknown[], context: ReadContext): TipEvent | Invalid | undefined {
  const event = frame[1];
  if (frame[0] !== 27 || !isWire(event) || event.is_tip !== true) return undefined;
  if (Number(event.value) < 1) return undefined;
  const who = event.subject_username;
  return toEvent(
    'camsoda',
    event,
    {
      kind: 'tip',
      part: event,
      who,
      message: '',
      // No name on the site is shorter than three characters.
      hidden: textOf(who).length < 3,
      id: undefined,
      channel: undefined,
      time: undefined,
      text: true,
    },
    context,
  );
}

/**
 * A Camsoda event as a tip, from the External API or from a room's array frame. `undefined` for an event that is no tip.
 *
 * @throws TipstreamError `VALIDATION` for an event that cannot be read: `amount missing`, `wrong type for amount`.
 *
 * @example
 * ```ts
 * import { toTip } from 'tipstream/camsoda';
 * const tip = toTip({ type: 'tip', amount: 25, tipper: { username: 'grace' }, timestamp: 1767225600 });
 * console.log(tip?.tipper, tip?.amount, tip?.timestamp); // grace 25 1767225600
 * ```
 */
export function toTip(event: unknown, context: TipContext = {}): TipEvent | undefined {
  return tipFrom('camsoda', readTip, event, context);
}
