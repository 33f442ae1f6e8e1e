import { account } from './account.ts';
import type { CheckpointOption } from './checkpoint.ts';
import type { EventStream } from './event-stream.ts';
import { plus } from './goal.ts';
import type { TipEvent } from './tip-event.ts';
import { isNumber, type Rates, worth } from './worth.ts';

/** What one person gave in one unit of one platform. */
export interface TopTipper {
  readonly platform: string;
  readonly unit: string;
  /** Foreign text: show it with `textContent`. */
  readonly tipper: string;
  readonly tipperId?: string;
  readonly amount: number;
  readonly count: number;
  /** Only with `rates`, and where they know the unit. */
  readonly worth?: number;
}

/** What came together so far. */
export interface Tally {
  /** Tips, those of unnamed people too. */
  readonly count: number;
  /** Amounts by `platform:unit`: a token of one platform is not a token of another. */
  readonly totals: Readonly<Record<string, number>>;
  /**
   * Who gave most, the most generous first; nobody who is unnamed. By `worth` where there are `rates`, else by `amount`, where a token
   * of one platform stands beside a token of another: `filter` them by `platform` and `unit`, or give `rates`.
   */
  readonly top: readonly TopTipper[];
  /** What all of it is worth, as far as the rates know. Only with `rates`. */
  readonly worth?: number;
}

/** What a tally is made of. */
export interface TallyOptions {
  /** What was there before the first tip; a stored tally goes before it. */
  initial?: Tally | undefined;
  /**
   * Where the tally is kept, together with the ids of the tips in it; `{ store, key }` where more than one tally is kept there.
   * A tip is then taken once it is written down.
   */
  store?: CheckpointOption | undefined;
  /** What a tip is worth. */
  rates?: Rates | undefined;
  /**
   * How many tippers `top` names.
   * @default 10
   */
  top?: number | undefined;
}

type Row = { -readonly [Key in keyof TopTipper]: TopTipper[Key] };

/** So many people are told apart; beyond that the least generous are forgotten as persons, not as sums. */
const mostRows = 10_000;

const keyOf = ({
  platform,
  unit,
  tipper,
  tipperId,
}: Pick<TopTipper, 'platform' | 'unit' | 'tipper' | 'tipperId'>): string =>
  JSON.stringify([platform, unit, tipperId ?? tipper, tipperId !== undefined]);

/** What is no number would spoil every sum that it is added to. */
const isRow = (row: unknown): boolean => {
  const { platform, unit, tipper, amount, count, worth = 0 }: Partial<Row> = Object(row);
  return [platform, unit, tipper].every((word) => typeof word === 'string') && [amount, count, worth].every(isNumber);
};

/**
 * Totals by platform and unit and the most generous tippers, told after each tip, and to a newcomer at once when there is something to
 * tell. A tip that is delivered again changes nothing. Test tips are not counted; those of unnamed people are summed, and nobody of
 * them is named or kept.
 *
 * @example
 * ```ts
 * import { createSource, tally, type TipEvent } from 'tipstream';
 * const tips = createSource<TipEvent>({ platform: 'my-shop' });
 * tally(tips.stream).subscribe(({ count, totals, top }) => console.log(count, totals, top[0]?.tipper));
 * ```
 */
export function tally(stream: EventStream<TipEvent>, options: TallyOptions = {}): EventStream<Tally> {
  const { initial, store, rates, top: most = 10 } = options;
  let count = 0;
  let total = 0;
  let totals: Record<string, number> = {};
  let rows = new Map<string, Row>();
  let top: Row[] = [];

  const score = (row: Row): number => (rates ? (row.worth ?? -1) : row.amount);
  const byScore = (a: Row, b: Row): number => score(b) - score(a);

  const rank = (row: Row, grew: boolean): void => {
    if (rows.size > mostRows) {
      const generous = [...rows].sort(([, a], [, b]) => byScore(a, b));
      rows = new Map(generous.slice(0, mostRows * 0.9));
    }
    // Whoever gave more can only rise; after a refund somebody else may have to come in.
    const among = grew ? (top.includes(row) ? top : [...top, row]) : [...rows.values()];
    top = among.sort(byScore).slice(0, most);
  };

  const credit = (tip: TipEvent, value: number | undefined): void => {
    const { platform, unit, tipper, tipperId } = tip;
    const who = { platform, unit, tipper, ...(tipperId !== undefined && { tipperId }) };
    const key = keyOf(who);
    const row = rows.get(key) ?? { ...who, amount: 0, count: 0 };
    rows.set(key, row);
    row.tipper = tipper;
    row.amount = plus(row.amount, tip.amount);
    row.count += 1;
    if (value !== undefined) row.worth = plus(row.worth ?? 0, value);
    rank(row, tip.amount >= 0);
  };

  const load = (saved: unknown): boolean => {
    const tally: Tally = Object(saved);
    const numbers = [tally.count, tally.worth ?? 0, ...Object.values(tally.totals ?? {})];
    if (!numbers.every(isNumber) || !Array.isArray(tally.top) || !tally.top.every(isRow)) return false;
    count = tally.count;
    totals = { ...tally.totals };
    total = tally.worth ?? 0;
    rows = new Map(tally.top.map((row) => [keyOf(row), { ...row }]));
    top = [...rows.values()].sort(byScore).slice(0, most);
    return true;
  };
  if (initial) load(initial);

  const shown = (tippers: Iterable<Row>): Tally => ({
    count,
    totals: { ...totals },
    top: Array.from(tippers, (row) => ({ ...row })),
    ...(rates && { worth: total }),
  });

  return account<Tally>(stream, {
    name: 'tally',
    store,
    sum: {
      add(tip) {
        const unit = `${tip.platform}:${tip.unit}`;
        const value = rates && worth(tip, rates);
        count += 1;
        totals[unit] = plus(totals[unit] ?? 0, tip.amount);
        total = plus(total, value ?? 0);
        if (!tip.anonymous && tip.tipper !== 'Anonymous') credit(tip, value);
      },
      show: () => shown(top),
      save: () => shown(rows.values()),
      load,
      get begun() {
        return count > 0;
      },
    },
  });
}
