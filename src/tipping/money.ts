import { TipstreamError } from '../core/errors.ts';
import type { TippingBalance, TippingTransaction } from './models.ts';

/** A number as its digits and how many of them stand behind the point, exactly as it is printed. */
interface Decimal {
  digits: bigint;
  scale: number;
}

const wrong = (text: string): TipstreamError =>
  new TipstreamError({ code: 'VALIDATION', platform: 'tipping', message: `tipping: ${text}` });

function decimal(name: string, value: number): Decimal {
  if (!Number.isFinite(value)) throw wrong(`${name} is no number that can be counted with; give a finite one`);
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length - Number(exponent) };
}

function positive(name: string, value: number): Decimal {
  if (value > 0) return decimal(name, value);
  throw wrong(`${name} is ${value}; give conversion_rate of the balance, which is more than 0`);
}

const power = (exponent: number): bigint => 10n ** BigInt(Math.max(0, exponent));

/** The nearest whole number to `above / below`; a half goes away from zero. */
const nearest = (above: bigint, below: bigint): bigint => {
  const half = above < 0n ? -below : below;
  return (2n * above + half) / (2n * below);
};

/**
 * What so many tokens are worth, exact to the cent (TP-23). Counted with whole numbers: nothing drifts, however large or odd.
 *
 * @param rate - Tokens per one unit of the currency: `conversion_rate` of the balance.
 * @param digits - Digits behind the point that the currency has: 2 for dollars and euros, 0 for yen.
 * @returns The amount, a half cent rounded away from zero; negative for negative tokens.
 * @throws TipstreamError `VALIDATION` for a rate that is not above 0, for what is no number, or for digits beyond 0 to 20
 *
 * @example
 * ```ts
 * import { tokensToCurrency } from 'tipstream/tipping';
 * console.log(tokensToCurrency(100, 100)); // 1
 * console.log(tokensToCurrency(-1234, 100)); // -12.34
 * ```
 */
export function tokensToCurrency(tokens: number, rate: number, digits = 2): number {
  const count = decimal('tokens', tokens);
  const per = positive('rate', rate);
  if (!Number.isInteger(digits) || digits < 0 || digits > 20)
    throw wrong(`digits is ${digits}; give a whole number from 0 to 20`);
  const shift = digits + per.scale - count.scale;
  const cents = nearest(count.digits * power(shift), per.digits * power(-shift));
  return Number(`${cents}e${-digits}`);
}

/**
 * How many tokens an amount is (TP-23): the nearest whole number. As long as a token is worth a cent or more, this takes
 * back what `tokensToCurrency` did.
 *
 * @param rate - Tokens per one unit of the currency: `conversion_rate` of the balance.
 * @throws TipstreamError `VALIDATION` for a rate that is not above 0, or for what is no number
 *
 * @example
 * ```ts
 * import { currencyToTokens } from 'tipstream/tipping';
 * console.log(currencyToTokens(0.29, 100)); // 29
 * ```
 */
export function currencyToTokens(amount: number, rate: number): number {
  const money = decimal('amount', amount);
  const per = positive('rate', rate);
  const shift = -money.scale - per.scale;
  return Number(nearest(money.digits * per.digits * power(shift), power(-shift)));
}

/**
 * The tokens that can be spent: those of the balance that are not reserved (TP-24). The platform does not say whether
 * `token_balance` holds the reserved ones; this takes it that it does, so that nothing is promised that is not there.
 */
export const availableTokens = ({
  token_balance: all,
  reserved_balance: reserved,
}: Pick<TippingBalance, 'token_balance' | 'reserved_balance'>): number => all - (reserved ?? 0);

/** Whether tokens left the account: `amount_tokens` is negative. The sign of `amount_currency` says nothing (TP-22). */
export const isOutgoing = ({ amount_tokens: tokens }: Pick<TippingTransaction, 'amount_tokens'>): boolean => tokens < 0;
