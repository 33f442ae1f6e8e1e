import type { Random } from '../core/time.ts';
import { type Answer, json } from './answer.ts';
import { dealt, seededRandom, shuffled } from './random.ts';

/** The ways in which an upstream says how long to wait. */
export const hints = [
  'seconds',
  'fraction',
  'date',
  'body',
  'reset-delta',
  'reset-seconds',
  'reset-milliseconds',
  'ratelimit',
  'none',
] as const;

/** One of the ways in which an upstream says how long to wait. */
export type Hint = (typeof hints)[number];

/** One failure of an upstream. None of them loses an event. */
export type Fault =
  /** An answer with this status and a short JSON body. */
  | { kind: 'status'; status: number }
  /** 429, with a wait that is said in one of the known ways. */
  | { kind: 'rate-limit'; hint: Hint; seconds: number }
  /** The right answer, later. */
  | { kind: 'latency'; ms: number }
  /** The right answer, in pieces over this time. */
  | { kind: 'slow'; ms: number }
  /** The connection is cut before the first byte. */
  | { kind: 'reset' }
  /** The connection is cut in the middle of the body. */
  | { kind: 'truncated' }
  /** A whole answer whose JSON is broken. */
  | { kind: 'malformed' }
  /** A page for people in place of data. */
  | { kind: 'html'; status: number }
  /** HTTP 200 with `success: false`. */
  | { kind: 'failure' }
  /** HTTP 302 to another host. */
  | { kind: 'redirect' }
  /** The right answer, but its `nextUrl` leads to another host. */
  | { kind: 'foreign-next' };

/** What a fault is counted as: its status where it has one, otherwise its kind. */
export const labelOf = (fault: Fault): string =>
  fault.kind === 'status' ? String(fault.status) : fault.kind === 'rate-limit' ? '429' : fault.kind;

/** Failures dealt over an evening. */
export interface FaultMix {
  /** The share of requests that fail, from 0 to 1. */
  rate: number;
  /** @default the seed of the mock */
  seed?: string | number | undefined;
  /** @default 429 with each hint, 500, 502, 503, reset, malformed JSON, HTML page, truncated body */
  kinds?: readonly Fault[] | undefined;
}

/** Which request this is. */
export interface FaultTurn {
  platform: string;
  dialect: string;
  /** 0 for the first request on this platform in this dialect. */
  number: number;
}

/** Failures by chance, as a list in the order of each platform's requests, or by your own decision. */
export type FaultPlan = FaultMix | readonly (Fault | undefined)[] | ((turn: FaultTurn) => Fault | undefined);

const foremost: readonly Fault[] = [
  { kind: 'rate-limit', hint: 'seconds', seconds: 1 },
  { kind: 'status', status: 500 },
  { kind: 'reset' },
  { kind: 'malformed' },
];

const others: readonly Fault[] = [
  { kind: 'html', status: 200 },
  { kind: 'truncated' },
  { kind: 'status', status: 502 },
  { kind: 'html', status: 503 },
  ...hints
    .filter((hint) => hint !== 'none' && hint !== 'seconds')
    .map((hint): Fault => ({ kind: 'rate-limit', hint, seconds: 1 })),
];

/**
 * A plan as a function. By chance means: one failure at a random place in every `1 / rate` requests, and the commonest kinds
 * first, each platform beginning with another one, so that even a short evening has some of each.
 */
export function faultPlan(
  plan: FaultPlan | undefined,
  seed: string | number,
  keys: readonly string[],
): (turn: FaultTurn) => Fault | undefined {
  if (plan === undefined) return () => undefined;
  if (typeof plan === 'function') return plan;
  if (isList(plan)) return ({ number }) => plan[number];
  const { rate, kinds } = plan;
  if (rate <= 0) return () => undefined;
  const source = plan.seed ?? seed;
  const decks = new Map<string, { places: Iterator<boolean, never>; faults: Iterator<Fault, never> }>();
  return ({ platform, dialect }) => {
    const key = `${platform}/${dialect}`;
    let deck = decks.get(key);
    if (deck === undefined) {
      const random = seededRandom(source, 'faults', key);
      deck = {
        places: placesOf(random, rate),
        faults: kinds ? dealt(random, kinds) : mixed(random, source, Math.max(0, keys.indexOf(key))),
      };
      decks.set(key, deck);
    }
    return deck.places.next().value ? deck.faults.next().value : undefined;
  };
}

const isList = (plan: FaultMix | readonly (Fault | undefined)[]): plan is readonly (Fault | undefined)[] =>
  Array.isArray(plan);

/** `true` at the requests that fail: whole blocks of `1 / rate` with one of them in each. */
function* placesOf(random: Random, rate: number): Generator<boolean, never> {
  for (let start = 0; ; ) {
    const block = Math.max(1, Math.floor(start + 1 / rate) - Math.floor(start));
    const place = Math.floor(random() * block);
    for (let index = 0; index < block; index += 1) yield index === place;
    start += 1 / rate;
  }
}

function* mixed(random: Random, seed: string | number, turn: number): Generator<Fault, never> {
  const first = shuffled(seededRandom(seed, 'foremost'), foremost);
  yield* [...first.slice(turn % first.length), ...first.slice(0, turn % first.length)];
  yield* shuffled(random, others);
  return yield* dealt(random, [...foremost, ...others]);
}

/** The answer that takes the place of the right one, or `undefined` where the fault only spoils it on its way. */
export function instead(fault: Fault, now: number): Answer | undefined {
  if (fault.kind === 'status') return json(fault.status, { error: `the mock was told to answer ${fault.status}` });
  if (fault.kind === 'rate-limit') return tooMany(fault.hint, fault.seconds, now);
  if (fault.kind === 'failure') return json(200, { success: false });
  if (fault.kind === 'reset') return { ...json(200, {}), trouble: { kind: 'reset' } };
  if (fault.kind === 'redirect') return { status: 302, headers: { location: 'https://elsewhere.invalid/' }, body: '' };
  if (fault.kind !== 'html') return undefined;
  const body =
    '<!doctype html><html><head><title>One moment</title></head><body><h1>Checking your browser</h1></body></html>\n';
  return { status: fault.status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** The right answer, spoiled. What was in it is still to be handed out. */
export function spoil(fault: Fault, answer: Answer): Answer {
  if (fault.kind === 'slow') return { ...answer, trouble: fault };
  if (fault.kind === 'foreign-next')
    return { ...answer, body: answer.body.replace(/("nextUrl":")https?:\/\/[^/"]+/, '$1https://elsewhere.invalid') };
  if (fault.kind !== 'malformed' && fault.kind !== 'truncated') return answer;
  answer.handedOut?.(false);
  const { handedOut: _, ...rest } = answer;
  if (fault.kind === 'truncated') return { ...rest, trouble: { kind: 'truncated' } };
  return { ...rest, body: `${answer.body.slice(0, -1)},]` };
}

function tooMany(hint: Hint, seconds: number, now: number): Answer {
  const later = now + seconds * 1000;
  const at = Math.ceil(later / 1000);
  const said: Readonly<Record<Hint, Record<string, string>>> = {
    seconds: { 'retry-after': String(Math.ceil(seconds)) },
    fraction: { 'retry-after': (seconds - 0.25).toFixed(2) },
    date: { 'retry-after': new Date(at * 1000).toUTCString() },
    body: {},
    'reset-delta': { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(seconds)) },
    'reset-seconds': { 'ratelimit-remaining': '0', 'ratelimit-reset': String(at) },
    'reset-milliseconds': { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(later)) },
    ratelimit: { 'ratelimit-policy': '"events";q=120;w=60', ratelimit: `"events";r=0;t=${Math.ceil(seconds)}` },
    none: {},
  };
  return json(429, { error: 'too many requests', ...(hint === 'body' ? { retry_after: seconds } : {}) }, said[hint]);
}
