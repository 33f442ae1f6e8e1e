import { hasFlag } from '../core/anonymous.ts';
import { maskGiver } from '../stream/mask-giver.ts';
import type { TipEvent } from '../stream/tip-event.ts';
import type { Invalid, ReadContext, TipContext, Wire } from '../stream/tip-wire.ts';
import {
  amountPart,
  giverOf,
  invalid,
  isWire,
  kindOf,
  nameOf,
  otherKind,
  secondsOf,
  textOf,
  tipFrom,
  toEvent,
  upstreamId,
} from '../stream/tip-wire.ts';

/** A message of the room's chat; its mark is the object `details`. */
interface Chat extends Wire {
  readonly details: Wire;
}

const isChat = (value: Wire): value is Chat => isWire(value.details);

/** The message in a frame of the room's socket, whatever it is wrapped in. */
function chatMessage(event: Wire): Chat | undefined {
  let at: unknown = event;
  for (let depth = 0; depth < 7 && isWire(at); depth += 1) {
    if (isChat(at)) return at;
    at = at.push ?? at.pub ?? at.params ?? at.data ?? at.message;
  }
  return undefined;
}

/** What `v1.tokens.spent` of the Extensions SDK hands over, bare or wrapped. */
function spentTokens(event: Wire): Wire | undefined {
  const data = event.data ?? event.payload;
  const outer = isWire(data) ? data : event;
  const tip = event.tipData ?? outer.tipData;
  if (isWire(tip)) return tip;
  return 'isOriginalSource' in outer ? outer : undefined;
}

const chatId = (chat: Wire): string | undefined => upstreamId(chat.id) ?? upstreamId(chat.cacheId);

/** The upstream's id of an event, where it gives one. */
export function eventId(event: unknown): string | undefined {
  if (!isWire(event)) return undefined;
  const chat = chatMessage(event);
  return chat ? chatId(chat) : upstreamId(event.id);
}

/** When an event happened, Unix time in milliseconds, where it says so: the frames of the room's socket do. */
export function eventTime(event: unknown): number | undefined {
  const time = isWire(event) ? secondsOf(chatMessage(event)?.createdAt) : undefined;
  return time === undefined ? undefined : time * 1000;
}

/** The site hides a giver behind the id 0, or behind a name too short to be one. */
const isGuest = (who: unknown): boolean => nameOf(who).length < 3 || (isWire(who) && who.id === 0);

/** The event without the person behind an anonymous tip; the same object where there is nothing to hide. */
export const mask = <T>(event: T): T => maskGiver(event);

/** Wire event to tip. `undefined` for an event that is no tip, a report for one that cannot be read. */
export function readTip(event: unknown, context: ReadContext): TipEvent | Invalid | undefined {
  if (!isWire(event)) return invalid('wrong type for event');
  const kind = kindOf(event);
  if (kind !== 'tip' || event.details !== undefined) {
    const chat = chatMessage(event);
    if (chat) return readChat(chat, context);
    const spent = spentTokens(event);
    if (spent) return readSpent(spent, context);
    // A frame of the socket without a message: an answer to the relay, or news of another kind.
    if (isWire(event.push ?? event.params ?? event.connect ?? event.subscribe)) return undefined;
    if (kind != null && kind !== 'tip') return otherKind(kind);
  }
  const part = amountPart(event);
  const who = giverOf(event) ?? giverOf(part);
  return toEvent(
    'stripchat',
    event,
    {
      kind,
      part,
      who,
      message: textOf(event.message) || textOf(part.message) || (isWire(event.tip) ? textOf(event.tip.message) : ''),
      id: upstreamId(event.id),
      channel: undefined,
      time: undefined,
    },
    context,
  );
}

/** `tip` and `privateTip` of the chat; `lovense` and the like only echo them, and text is no tip whatever it says. */
function readChat(chat: Chat, context: ReadContext): TipEvent | Invalid | undefined {
  if (chat.type !== 'tip' && chat.type !== 'privateTip') return undefined;
  const { details: part, userData: who } = chat;
  return toEvent(
    'stripchat',
    part,
    {
      kind: 'tip',
      part,
      who,
      message: textOf(part.body),
      hidden: isGuest(who) || hasFlag(chat),
      id: chatId(chat),
      channel: chat.modelId,
      time: secondsOf(chat.createdAt),
      text: true,
      private: chat.type === 'privateTip',
    },
    context,
  );
}

function readSpent(spent: Wire, context: ReadContext): TipEvent | Invalid | undefined {
  // The room of each other viewer hears of the same tip: an echo.
  if (spent.isOriginalSource === false) return undefined;
  return toEvent(
    'stripchat',
    spent,
    {
      kind: 'tip',
      part: spent,
      who: spent.user,
      message: textOf(spent.message),
      id: undefined,
      channel: undefined,
      time: undefined,
      text: true,
      private: spent.type === 'private',
    },
    context,
  );
}

/**
 * A Stripchat event as a tip: the contract's formats, `v1.tokens.spent` of the Extensions SDK, or a frame of the room's
 * socket, told apart event by event. `undefined` for an event that is no tip.
 *
 * @throws TipstreamError `VALIDATION` for an event that cannot be read: `amount missing`, `wrong type for amount`.
 *
 * @example
 * ```ts
 * import { toTip } from 'tipstream/stripchat';
 * const tip = toTip({ type: 'tip', amount: 50, user: { username: 'lin' }, message: 'Nice!' });
 * console.log(tip?.tipper, tip?.amount, tip?.message); // lin 50 Nice!
 * ```
 */
export function toTip(event: unknown, context: TipContext = {}): TipEvent | undefined {
  return tipFrom('stripchat', readTip, event, context);
}
