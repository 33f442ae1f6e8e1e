import { hasFlag, maskEvent } from '../core/anonymous.ts';
import { TipstreamError } from '../core/errors.ts';
import { systemClock } from '../core/time.ts';
import { readTimestamp } from '../core/timestamp.ts';
import type { TipEvent } from './tip-event.ts';

/** What an event does not say of itself. */
export interface TipContext {
  /**
   * The last part of the tip's id, where the upstream gives the event none.
   * @default a random one
   */
  id?: string | undefined;
  /**
   * When the event arrived, Unix time in milliseconds.
   * @default now
   */
  receivedAt?: number | undefined;
  /** Whose room it was, where the event does not say. */
  channel?: string | undefined;
  /**
   * Gives the message of a private tip, where the platform's tips withhold it.
   * @default false
   */
  includePrivate?: boolean | undefined;
  /** Told of what is odd and delivered all the same: a negative amount. */
  warn?: ((warning: string) => void) | undefined;
}

/** The same with nothing left open: what a stream hands to a normaliser. */
export interface ReadContext extends TipContext {
  id: string;
  receivedAt: number;
  /** The room of the last event: mostly that of the next one, too. */
  room?: Room;
}

/** Whose room it is, and how the ids of its tips begin. */
interface Room {
  /** What the event says. */
  readonly said: unknown;
  readonly channel: string | undefined;
  readonly prefix: string;
}

/** Wire event to tip, without a throw, a clock or a random number; `undefined` for what is no tip. */
export type ReadTip = (event: unknown, context: ReadContext) => TipEvent | Invalid | undefined;

/** The report on an event that cannot be read. It holds no content. */
export interface Invalid {
  /** What is wrong, e.g. `amount missing`. */
  readonly invalid: string;
  /** Where in the event, e.g. `object.tip.tokens`; `''` is the event itself. */
  readonly path: string;
}

/** A JSON object of which nothing is known. */
export interface Wire {
  readonly [key: string]: unknown;
}

/** What a normaliser found in one event; `toEvent` makes the tip of it. */
export interface Reading {
  /** What the event calls itself. */
  kind: unknown;
  /** The object that holds the amount. */
  part: Wire;
  /** The giver: a name, or an object with one. */
  who: unknown;
  message: string;
  /** Whether something else than a flag says that the giver is unnamed. */
  hidden?: boolean;
  /** The upstream's id of the event. */
  id: string | undefined;
  channel: unknown;
  /** When it happened, Unix time in seconds. */
  time: number | undefined;
  /** Whether the amount may be written as text: only in the shapes of relays (EV-6). */
  text?: boolean;
  private?: boolean;
}

/** The name of whoever is not named (EV-8). */
export const anonymous = 'Anonymous';

export const isWire = (value: unknown): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const invalid = (what: string, path = ''): Invalid => ({ invalid: what, path });

/** The word by which an event says what it is. */
export const kindOf = (event: Wire): unknown => event.method ?? event.type ?? event.event_type;

/** An event that calls itself something else than a tip: no tip, unless the word is no word. */
export const otherKind = (kind: unknown): Invalid | undefined =>
  typeof kind === 'string' ? undefined : invalid('wrong type for type', 'type');

const amountKeys = ['amount', 'tokens', 'tip_amount', 'value'];

const amountOf = (part: Wire): unknown => part.amount ?? part.tokens ?? part.tip_amount ?? part.value;

/** The first place that holds an amount: the event, else what is in it; the event where there is none. */
export function amountPart(event: Wire): Wire {
  if (amountOf(event) != null) return event;
  for (const part of [event.tip, event.data, event.object]) if (isWire(part) && amountOf(part) != null) return part;
  return event;
}

export const giverOf = (part: Wire): unknown =>
  part.user ?? part.from_user ?? part.from ?? part.tipper ?? part.from_username;

/** Text, or `''`. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const nameOf = (who: unknown): string => textOf(isWire(who) ? (who.username ?? who.name) : who);

/** Whether the giver asked to stay unnamed: any flag counts, as a name shown by mistake cannot be taken back. */
function isAnonymous(event: Wire, part: Wire, who: unknown): boolean {
  const { tip, object, data } = event;
  if (hasFlag(part) || hasFlag(who)) return true;
  if (part === event) return hasFlag(tip) || hasFlag(object) || hasFlag(data);
  return (
    hasFlag(event) ||
    (tip !== part && hasFlag(tip)) ||
    (object !== part && hasFlag(object)) ||
    (data !== part && hasFlag(data)) ||
    (isWire(object) && object.tip !== part && hasFlag(object.tip))
  );
}

/** Whether the note, in small letters, quotes anything else that the event says, but for `known`. Most quote nothing, and a copy of the event is dear. */
function quotes(note: string, value: unknown, key = '', known?: unknown): boolean {
  if (typeof value === 'object' && value !== null) {
    if (value === known) return false;
    for (const name in value) if (quotes(note, Reflect.get(value, name), name, known)) return true;
    return false;
  }
  if (typeof value === 'boolean' || key === 'message' || key === 'body' || key === 'orig') return false;
  const said = String(value);
  // No letter is longer than its small one.
  return said.length > 2 && said.length <= note.length && note.includes(said.toLowerCase());
}

/** The note of a tip without the names of its giver. */
function unnamed(event: Wire, who: unknown, note: string): string {
  // No note of a tip is as long, and to look for every word of the event in it would take its time.
  if (note.length > 10_000) return '';
  try {
    const small = note.toLowerCase();
    if (!quotes(small, who) && !quotes(small, event, '', who)) return note;
    const masked = maskEvent({ event, user: who, note });
    return textOf(isWire(masked) && masked.note);
  } catch {
    // An event that is nested too deep to be searched.
    return '';
  }
}

/** An id that can be part of a tip's id: text or a number, at most 64 characters. */
export function upstreamId(value: unknown): string | undefined {
  const id = typeof value === 'number' ? String(value) : value;
  return typeof id === 'string' && id !== '' && id !== '0' && id.length <= 64 ? id : undefined;
}

/** The last millisecond that a `Date` can show. */
const lastTime = 8.64e15;

/** Unix seconds from any time that an upstream prints (CS-9, XS-12); `undefined` for what is none. */
export function secondsOf(value: unknown): number | undefined {
  const time = readTimestamp(value) ?? 0;
  return time > 0 && time <= lastTime ? time / 1000 : undefined;
}

function roomOf(platform: string, said: unknown, context: ReadContext): Room {
  if (context.room && context.room.said === said) return context.room;
  const channel = upstreamId(said) ?? context.channel;
  context.room = { said, channel, prefix: `${platform}:${channel && channel.length <= 48 ? channel : '-'}:` };
  return context.room;
}

/** The tip that a reading describes; `undefined` where the event is none, a report where the amount cannot be read. */
export function toEvent(
  platform: string,
  event: Wire,
  reading: Reading,
  context: ReadContext,
): TipEvent | Invalid | undefined {
  const { part, who, time } = reading;
  const hidden = reading.hidden || isAnonymous(event, part, who);
  let amount = amountOf(part);
  if (amount == null) {
    // EV-5: a place for an amount that is empty counts as 0. An event that does not call itself a tip needs more than that.
    const has = (key: string): boolean => key in event;
    if (!['tip', ...amountKeys].some(has)) {
      if (!has('object') && !has('data')) return invalid('amount missing');
      if (reading.kind == null) return undefined;
    }
    amount = 0;
  } else if (reading.text && typeof amount === 'string' && /^-?\d+(\.\d+)?$/.test(amount)) amount = Number(amount);
  if (typeof amount !== 'number' || !Number.isFinite(amount)) {
    const key = amountKeys.find((name) => part[name] != null);
    return invalid('wrong type for amount', [pathTo(event, part), key].filter(Boolean).join('.'));
  }
  if (amount < 0) context.warn?.(`${platform}: a tip with a negative amount`);
  const { channel, prefix } = roomOf(platform, reading.channel, context);
  const tipper = (!hidden && nameOf(who)) || anonymous;
  const message = hidden && reading.message ? unnamed(event, who, reading.message) : reading.message;
  const timestamp = time ?? context.receivedAt / 1000;
  const id = prefix + (reading.id ?? context.id);
  // A field that is added later costs every tip an object more.
  const tip: TipEvent = channel
    ? { platform, amount, tipper, message, timestamp, id, unit: 'token', anonymous: hidden, channel }
    : { platform, amount, tipper, message, timestamp, id, unit: 'token', anonymous: hidden };
  if (!hidden && isWire(who)) {
    const tipperId = upstreamId(who.id ?? who.userId ?? who.user_id);
    if (tipperId) tip.tipperId = tipperId;
  }
  if (time === undefined) tip.meta = reading.private ? { received: true, private: true } : { received: true };
  else if (reading.private) tip.meta = { private: true };
  return tip;
}

/** Where `part` stands in `event`, as `object.tip`. */
function pathTo(event: Wire, part: Wire, depth = 0): string {
  for (const [key, value] of Object.entries(event)) {
    if (value === part) return key;
    const below = depth < deepest && isWire(value) && pathTo(value, part, depth + 1);
    if (below) return `${key}.${below}`;
  }
  return '';
}

/** How far into an event we look. */
const deepest = 8;

/** About 20 letters and digits that nobody else draws. */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join('');

/** The public form of a normaliser: the clock and a random id where the caller gives none, and a throw for an invalid event. */
export function tipFrom(platform: string, read: ReadTip, event: unknown, context: TipContext): TipEvent | undefined {
  const id = context.id ?? randomId();
  const tip = read(event, { ...context, id: id.slice(-64), receivedAt: context.receivedAt ?? systemClock.now() });
  if (!tip || !('invalid' in tip)) return tip;
  const message = `${platform} event: ${tip.invalid}${tip.path && ` at ${tip.path}`}`;
  throw new TipstreamError({ code: 'VALIDATION', platform, message });
}
