import { maskGiver } from '../stream/mask-giver.ts';
import type { TipEvent } from '../stream/tip-event.ts';
import type { Invalid, ReadContext, TipContext, Wire } from '../stream/tip-wire.ts';
import {
  giverOf,
  invalid,
  isWire,
  kindOf,
  otherKind,
  textOf,
  tipFrom,
  toEvent,
  upstreamId,
} from '../stream/tip-wire.ts';

/** The upstream's id of an event, `"<Unix ms>-<number>"` on the real Events API; the contract dialect has none. */
export const eventId = (event: unknown): string | undefined => (isWire(event) ? upstreamId(event.id) : undefined);

/** When an event happened, Unix time in milliseconds, where its id begins with that. */
export const eventTime = (event: unknown): number | undefined => timeOf(eventId(event));

/** The 13 digits before the dash are a time of the years 2001 to 2286. */
function timeOf(id: string | undefined): number | undefined {
  if (id?.charCodeAt(13) !== 45) return undefined;
  let time = 0;
  for (let at = 0; at < 13; at += 1) {
    const digit = id.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    time = time * 10 + digit;
  }
  return time >= 1e12 ? time : undefined;
}

/** The event without the person behind an anonymous tip; the same object where there is nothing to hide (CB-11). */
export const mask = <T>(event: T): T => maskGiver(event);

/** What the Events API puts around a tip. */
interface RealObject extends Wire {
  readonly tip: Wire;
}

const isReal = (object: Wire | undefined): object is RealObject => isWire(object?.tip);

/** Wire event to tip. `undefined` for an event that is no tip, a report for one that cannot be read. */
export function readTip(event: unknown, context: ReadContext): TipEvent | Invalid | undefined {
  if (!isWire(event)) return invalid('wrong type for event');
  const kind = kindOf(event);
  if (kind != null && kind !== 'tip') return otherKind(kind);
  const object = isWire(event.object) ? event.object : undefined;
  const real = event.tip == null && isReal(object) ? object : undefined;
  const part = real ? real.tip : partOf(event, object);
  const message = textOf(part.message);
  const id = upstreamId(event.id);
  const time = timeOf(id);
  return toEvent(
    'chaturbate',
    event,
    {
      kind,
      part,
      who: (real && giverOf(real)) ?? giverOf(part) ?? (object && giverOf(object)) ?? giverOf(event),
      // The real wire puts `| ` before a note that the viewer wrote.
      message: real && message.startsWith('| ') ? message.slice(2) : message,
      id,
      channel: (object ?? event).broadcaster,
      time: time === undefined ? undefined : time / 1000,
    },
    context,
  );
}

/** Format 1 where the key `tip` is there (CB-4), though not where it is null beside an `object` (CB-17), else format 2. */
function partOf(event: Wire, object: Wire | undefined): Wire {
  if ('tip' in event && (event.tip != null || !object)) return isWire(event.tip) ? event.tip : {};
  return object ?? (isWire(event.data) ? event.data : event);
}

/**
 * A Chaturbate event as a tip, from the Events API or from the contract's formats 1 and 2, told apart event by event.
 * `undefined` for an event that is no tip.
 *
 * @throws TipstreamError `VALIDATION` for an event that cannot be read: `amount missing`, `wrong type for amount`.
 *
 * @example
 * ```ts
 * import { toTip } from 'tipstream/chaturbate';
 * const tip = toTip({ method: 'tip', object: { tip: { tokens: 25, isAnon: false, message: '| hi' }, user: { username: 'ada' } } });
 * console.log(tip?.tipper, tip?.amount, tip?.message); // ada 25 hi
 * ```
 */
export function toTip(event: unknown, context: TipContext = {}): TipEvent | undefined {
  return tipFrom('chaturbate', readTip, event, context);
}
