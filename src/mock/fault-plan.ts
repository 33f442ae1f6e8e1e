import type { Random } from '../core/time.ts';
import { type Fault, hints } from './faults.ts';
import { dealt, seededRandom, shuffled } from './random.ts';

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
  /** Which upstream is asked. */
  platform: string;
  /** In which dialect. */
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
