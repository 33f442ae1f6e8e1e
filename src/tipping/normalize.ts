import { maskGiver } from '../stream/mask-giver.ts';
import type { TipEvent } from '../stream/tip-event.ts';
import {
  type Invalid,
  invalid,
  isWire,
  kindOf,
  otherKind,
  type ReadContext,
  secondsOf,
  type TipContext,
  textOf,
  tipFrom,
  toEvent,
  upstreamId,
  type Wire,
} from '../stream/tip-wire.ts';

const isTip = (event: Wire): boolean => event.type === 'tip_received';

/** The tip in an event of the socket, or the event itself where it is a tip of REST. */
const tipIn = (event: Wire): Wire => (isWire(event.tip) ? event.tip : event);

/** The upstream's id of a tip, the same over socket and REST. Another event that speaks of a tip is not that tip, and would take its place. */
export function eventId(event: unknown): string | undefined {
  if (!isWire(event) || (kindOf(event) != null && !isTip(event))) return undefined;
  return upstreamId(tipIn(event).id);
}

/** When an event happened, Unix time in milliseconds. */
export function eventTime(event: unknown): number | undefined {
  const time = isWire(event) ? secondsOf(event.timestamp ?? tipIn(event).created_at) : undefined;
  return time === undefined ? undefined : time * 1000;
}

/** The event without whoever hides, and without the note of a private tip; the same object where there is nothing to withhold (TP-32). */
export function mask<T>(event: T): T;
export function mask(event: unknown): unknown {
  const shown = maskGiver(event);
  if (!isWire(shown)) return shown;
  const tip = tipIn(shown);
  if (!tip.is_private || !tip.message) return shown;
  const bare = { ...tip, message: '' };
  return tip === shown ? bare : { ...shown, tip: bare };
}

/** Wire event to tip (TP-31). `undefined` for an event that is no tip, a report for one that cannot be read. */
export function readTip(event: unknown, context: ReadContext): TipEvent | Invalid | undefined {
  if (!isWire(event)) return invalid('wrong type for event');
  const kind = kindOf(event);
  if (kind != null && !isTip(event)) return otherKind(kind);
  const said = tipIn(event);
  // What stands beside the tokens may be money.
  const part = said.amount != null && said.tokens != null ? { ...said, amount: said.tokens } : said;
  const isPrivate = !!part.is_private;
  // The socket says a name, REST an id.
  const id = upstreamId(part.from_user_id);
  const name = textOf(part.from_user) || id;
  return toEvent(
    'tipping',
    event,
    {
      kind,
      part,
      who: { name, id },
      message: isPrivate && !context.includePrivate ? '' : textOf(part.message),
      id: upstreamId(part.id),
      channel: event.stream_id ?? part.stream_id,
      time: secondsOf(event.timestamp ?? part.created_at),
      private: isPrivate,
    },
    context,
  );
}

/**
 * A tip of the socket (`tip_received`) or of REST as a tip of this library. `undefined` for an event that is no tip. A private
 * tip has `meta.private`, and its message only with `includePrivate: true`.
 *
 * @throws TipstreamError `VALIDATION` for an event that cannot be read: `amount missing`, `wrong type for amount`.
 *
 * @example
 * ```ts
 * import { toTip } from 'tipstream/tipping';
 * const tip = toTip({
 *   type: 'tip_received',
 *   stream_id: 'evening',
 *   tip: { id: 'one', from_user: 'Grace', tokens: 25, message: 'hello' },
 *   timestamp: '2026-01-01T00:00:00Z',
 * });
 * console.log(tip?.tipper, tip?.amount, tip?.timestamp); // Grace 25 1767225600
 * ```
 */
export function toTip(event: unknown, context: TipContext = {}): TipEvent | undefined {
  return tipFrom('tipping', readTip, event, context);
}
