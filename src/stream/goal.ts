import { TipstreamError } from '../core/errors.ts';
import { account } from './account.ts';
import type { CheckpointOption } from './checkpoint.ts';
import type { EventStream } from './event-stream.ts';
import type { TipEvent } from './tip-event.ts';
import { isNumber, type Rates, worth } from './worth.ts';

/** How far a goal is. */
export interface GoalProgress {
  /** What came together, in the currency of the rates. */
  readonly amount: number;
  readonly target: number;
  /** What is missing; 0 once it is reached. */
  readonly remaining: number;
  /** 100 when it is reached, more beyond. */
  readonly percent: number;
  readonly reached: boolean;
  /** Tips that are in `amount`. */
  readonly count: number;
  /** Tips for which the rates know nothing; they are not in `amount`. */
  readonly unpriced: number;
}

/** What a goal is made of. */
export interface GoalOptions {
  /** How much is wanted, in the currency of the rates. */
  target: number;
  /** What a tip is worth. For a goal in the tokens of one platform: `(tip) => (tip.unit === 'token' ? 1 : undefined)`. */
  rates: Rates;
  /**
   * What was there before the first tip; a stored amount goes before it.
   * @default 0
   */
  initial?: number | undefined;
  /**
   * Where the amount is kept, together with the ids of the tips in it; `{ store, key }` where more than one goal is kept there.
   * A tip is then taken once it is written down.
   */
  store?: CheckpointOption | undefined;
}

/** Sums of decimal fractions drift in the 16th digit: a goal of 0.3 is reached by three times 0.1. */
export function plus(a: number, b: number): number {
  const sum = Math.round((a + b) * 1e9) / 1e9;
  // Of an amount that nobody can give: a sum without an end would be none that a store can hold.
  return Number.isFinite(sum) ? sum : Math.max(-Number.MAX_VALUE, Math.min(a + b, Number.MAX_VALUE));
}

/**
 * What tips bring together towards a target, told after each tip, and to a newcomer at once when there is something to tell. A tip that
 * is delivered again changes nothing. Test tips are not counted.
 *
 * @throws {TipstreamError} `CONFIG` when `target` is no amount, or without `rates`.
 *
 * @example
 * ```ts
 * import { createSource, goal, type TipEvent } from 'tipstream';
 * const tips = createSource<TipEvent>({ platform: 'my-shop' });
 * goal(tips.stream, { target: 100, rates: { token: 0.05 } }).subscribe(({ percent }) => console.log(`${percent} %`));
 * ```
 */
export function goal(stream: EventStream<TipEvent>, options: GoalOptions): EventStream<GoalProgress> {
  const { target, rates, initial = 0, store } = options;
  const fault = faultOf(options);
  if (fault) throw new TipstreamError({ code: 'CONFIG', message: `goal: ${fault}` });
  let state = { amount: initial, count: 0, unpriced: 0 };
  return account<GoalProgress>(stream, {
    name: 'goal',
    store,
    sum: {
      add(tip) {
        const value = worth(tip, rates);
        if (value === undefined) state.unpriced += 1;
        else {
          state.amount = plus(state.amount, value);
          state.count += 1;
        }
      },
      show() {
        const { amount } = state;
        const remaining = Math.max(0, plus(target, -amount));
        return { ...state, target, remaining, percent: plus(0, (amount / target) * 100), reached: amount >= target };
      },
      save: () => ({ ...state }),
      load(saved) {
        const { amount, count, unpriced } = (saved ?? {}) as Partial<typeof state>;
        if (!isNumber(amount) || !isNumber(count) || !isNumber(unpriced)) return false;
        state = { amount, count, unpriced };
        return true;
      },
      get begun() {
        return state.amount !== 0 || state.count > 0;
      },
    },
  });
}

function faultOf({ target, rates, initial = 0 }: GoalOptions): string | undefined {
  if (!(isNumber(target) && target > 0)) return `${target} is no target; give an amount above 0`;
  if (!isNumber(initial)) return `${initial} is no amount to begin with`;
  if (typeof rates !== 'function' && (typeof rates !== 'object' || rates === null))
    return 'a token of one platform is not a token of another; give rates, e.g. { token: 0.05 }';
  return undefined;
}
