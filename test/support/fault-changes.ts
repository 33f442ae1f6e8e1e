import { gzipSync } from 'node:zlib';
import type { Random } from '../../src/core/time.ts';
import { type Hint, hints, instead } from '../../src/mock/faults.ts';
import { pick, shuffled } from '../../src/mock/random.ts';

/** An answer on its way, as it is made of bytes. */
export interface RawAnswer {
  status: number;
  /** Names in lower case; the length is not among them. */
  headers: Record<string, string>;
  body: Buffer;
}

/** How a changed answer goes out. */
export interface Played {
  answer: RawAnswer;
  /** The body takes so long, in milliseconds, in pieces. */
  slowly?: number;
  /** The body ends early: `short` as if that were all of it, `frozen` without an end. */
  ends?: 'short' | 'frozen';
  /** What an upstream handed out is not in it. */
  spoiled: boolean;
}

/** What can be done to a whole answer, beside cutting it. */
export const changes = [
  'slow',
  'short',
  'frozen',
  'empty',
  'broken JSON',
  'oversized',
  'wrong type',
  'gzip bomb',
  'redirect',
  'page again',
  'out of order',
  'stale cursor',
  'clock ahead',
  'clock behind',
  ...hints.map((hint) => `429 ${hint}` as const),
] as const;
export type Change = (typeof changes)[number];

/** What an answer can be changed into without anybody asking the upstream. */
export const standsIn = (change: Change): boolean => change === 'redirect' || /^429/.test(change);

/** What changes need to know of what came before. */
export interface Memory {
  /** The last pages that had events in them. */
  pages: RawAnswer[];
}

const hour = 3_600_000;
/** So much is more than any client reads, decoded. */
const tooMuch = 64 * 2 ** 20;
let bomb: Buffer | undefined;

/** What a gzip bomb is: 64 KB that unpack to 64 MB of white space. */
const bombOf = (): Buffer => {
  bomb ??= gzipSync(Buffer.alloc(tooMuch, ' '), { level: 9 });
  return bomb;
};

const shifted = ({ headers, ...answer }: RawAnswer, ms: number): RawAnswer => ({
  ...answer,
  headers: { ...headers, date: new Date(Date.parse(headers.date ?? '') + ms).toUTCString() },
});

const isHint = (text: string): text is Hint => hints.some((hint) => hint === text);

/** The answer that takes the place of the upstream's. */
export function inPlace(change: Change, now: number): RawAnswer {
  const hint = change.slice(4);
  const made = isHint(hint)
    ? instead({ kind: 'rate-limit', hint, seconds: 2 }, now)
    : instead({ kind: 'redirect' }, now);
  const { status = 500, headers = {}, body = '' } = made ?? {};
  return { status, headers: { date: new Date(now).toUTCString(), ...headers }, body: Buffer.from(body) };
}

/** Changes an answer of the upstream. */
export function changed(change: Change, answer: RawAnswer, random: Random, { pages }: Memory): Played {
  const { headers, body, status } = answer;
  const other = (more: Partial<RawAnswer>, spoiled = true): Played => ({ answer: { ...answer, ...more }, spoiled });
  switch (change) {
    case 'slow':
      return { answer, slowly: random() * 15_000, spoiled: false };
    case 'short':
    case 'frozen':
      return { answer, ends: change, spoiled: true };
    case 'empty':
      return other({ body: Buffer.alloc(0) });
    case 'broken JSON':
      return other({ body: Buffer.concat([body.subarray(0, -1), Buffer.from(',]')]) });
    case 'oversized':
      return other({ body: Buffer.concat([body, Buffer.alloc(11 * 2 ** 20, ' ')]) });
    case 'wrong type':
      return other({ headers: { ...headers, 'content-type': 'text/html; charset=utf-8' } }, false);
    case 'gzip bomb':
      return other({ headers: { ...headers, 'content-encoding': 'gzip' }, body: bombOf() });
    case 'page again':
      return { answer: pages.length > 0 ? pick(random, pages as [RawAnswer]) : answer, spoiled: pages.length > 0 };
    case 'out of order':
      return other({ body: shuffledPage(body, random) }, false);
    case 'stale cursor':
      return other({ body: Buffer.from(stale(String(body), 1 + Math.floor(random() * 8))) }, false);
    case 'clock ahead':
      return { answer: shifted(answer, hour), spoiled: false };
    case 'clock behind':
      return { answer: shifted(answer, -hour), spoiled: false };
    default:
      return { answer, spoiled: status > 299 };
  }
}

/** The page with a cursor that leads so many events back. */
export const stale = (body: string, back: number): string =>
  body.replace(/([?&]i=\d+-)(\d+)/, (_, before, last) => `${before}${Math.max(0, Number(last) - back)}`);

/** The page with its events in another order; what is no page stays as it is. */
export function shuffledPage(body: Buffer, random: Random): Buffer {
  try {
    const page = JSON.parse(String(body));
    return Array.isArray(page.events)
      ? Buffer.from(JSON.stringify({ ...page, events: shuffled(random, page.events) }))
      : body;
  } catch {
    return body;
  }
}
