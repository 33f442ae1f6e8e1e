import type { TipEvent } from './tip-event.ts';

/**
 * What one unit is worth. A table, `{ 'chaturbate:token': 0.05, bit: 0.01, 'subscription:1000': 2.5 }`, in which
 * `platform:unit:tier` goes before `platform:unit`, that before `unit:tier`, and that before `unit`; or a function.
 */
export type Rates = Readonly<Record<string, number>> | ((tip: TipEvent) => number | undefined);

export const isNumber = (value: unknown): value is number => Number.isFinite(value);

const rateOf = (tip: TipEvent, rates: Rates): number | undefined => {
  if (typeof rates === 'function') return rates(tip);
  const { platform, unit, meta } = tip;
  const keys = [`${platform}:${unit}:${meta?.tier}`, `${platform}:${unit}`, `${unit}:${meta?.tier}`, unit];
  const key = keys.find((name) => Object.hasOwn(rates, name));
  return key === undefined ? undefined : rates[key];
};

/**
 * What a tip is worth by your own rates: a token of one platform is not a token of another.
 *
 * @returns `amount` times the rate, in the currency of the rates; `undefined`, never 0, where no rate is known
 */
export function worth(tip: TipEvent, rates: Rates): number | undefined {
  const rate = rateOf(tip, rates);
  return isNumber(rate) ? tip.amount * rate : undefined;
}

/** Twitch counts its tiers in thousands. */
const tierOf = (tier: unknown): string => {
  const level = Number(tier) >= 1000 ? Number(tier) / 1000 : tier;
  if (level === undefined || level === null || level === '') return '';
  return Number.isFinite(Number(level)) ? `tier-${level} ` : `${level} `;
};

const money = (amount: number, currency: string): string => {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
  return `${amount.toFixed(digits)} ${currency}`;
};

/** How much a tip is, in words: `100 tokens`, `1 token`, `3 tier-2 subs`, `5.00 EUR`. */
export function describe(tip: Pick<TipEvent, 'amount' | 'unit' | 'meta'>): string {
  const { amount, unit, meta } = tip;
  if (/^[A-Z]{3}$/.test(unit)) return money(amount, unit);
  const word = unit === 'subscription' ? `${tierOf(meta?.tier)}sub` : unit;
  return `${amount} ${word}${Math.abs(amount) === 1 ? '' : 's'}`;
}
