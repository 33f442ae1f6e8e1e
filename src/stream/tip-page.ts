import type { Problem } from '../core/errors.ts';
import { capped, excerpt } from '../core/words.ts';
import { isWire, textOf, type Wire } from './tip-wire.ts';

/** One answer of a polled platform. */
export interface TipPage<E> {
  events: readonly E[];
  /** Where the next answer is, where the upstream says so. */
  nextUrl?: string | undefined;
}

/** What the events are is the word of the contract; a normaliser looks at each. */
const isList = <E>(value: unknown): value is E[] => Array.isArray(value);

/** Reads `{ events, nextUrl }`. A missing or `null` list is an empty one (CB-3). */
export function pageOf<E>(body: unknown): TipPage<E> {
  if (!isWire(body)) throw new TypeError('the body is no object');
  const events = body.events ?? [];
  if (!isList<E>(events)) throw new TypeError('events: no list');
  // Ten megabytes of brackets would keep the process busy for many seconds.
  if (events.length > 1e5) throw new TypeError('events: more than 100000');
  return { events, nextUrl: textOf(body.nextUrl ?? body.next_url) || undefined };
}

/** What the upstream says of a failure, as far as it says anything: no error body of these platforms is documented. */
export function problemOf(_status: number, _headers: Headers, text: string, body: unknown): Problem {
  const said: Wire = isWire(body) ? body : {};
  const plain = body === undefined ? capped(text).replace(/<[^<>]*>|\s+/g, ' ') : '';
  return { message: excerpt(textOf(said.message ?? said.error ?? said.detail ?? said.status ?? plain)) };
}
