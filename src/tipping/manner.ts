import type { ProblemReader } from '../core/endpoint.ts';
import { readProblem } from '../core/problem.ts';
import type { Advice } from '../core/status.ts';
import { hours, minutes } from '../core/time.ts';
import { fields, maybeNumber, maybeText } from './inputs.ts';

/** How often the platform lets itself be asked, by category (TP-15). */
export const rates = {
  general: { limit: 1000, per: hours(1) },
  streaming: { limit: 100, per: minutes(1) },
  payments: { limit: 10, per: minutes(1) },
  tipping: { limit: 60, per: minutes(1) },
  auth: { limit: 10, per: minutes(1) },
};

/** A category of rates. */
export type TippingRate = keyof typeof rates;

/** The category of an endpoint, and how its errors are read: a 429 that names no time means the share of one call in the window (TP-16). */
export const limited = <const Rate extends TippingRate>(rate: Rate): { rate: Rate; problem: ProblemReader } => ({
  rate,
  problem(status, headers, text, body) {
    const read = readProblem(status, headers, text, body);
    const { per, limit } = rates[rate];
    const reset = headers.has('x-ratelimit-reset') || headers.has('ratelimit-reset');
    if (status === 429 && !reset) read.retryAfterMs ??= per / limit;
    return read;
  },
});

/** What to do about an error. */
export const advice: Advice = {
  AUTH: 'sign in with auth.login(), or look at email and password',
  INSUFFICIENT_BALANCE: 'there are too few tokens; buy some with wallet.buy(), or send fewer',
  KYC_REQUIRED: 'the person has to be verified first; hand documents in with kyc.submit()',
};

/** Which part of a list. */
export interface PageInput {
  /** From 1. */
  page?: number | undefined;
  /** Items in one page. */
  limit?: number | undefined;
  /** Where the platform pages by cursor. */
  cursor?: string | undefined;
}

export const pageRules = { page: maybeNumber, limit: maybeNumber, cursor: maybeText };

/** Our names, and those of the wire: small letters, with a line before what was a large one. */
export const wire: Readonly<Record<string, string>> = Object.fromEntries(
  'displayName dateOfBirth refreshToken toUserId streamId isPrivate amountTokens packageId paymentMethod currencyCode transactionType targetType targetId'
    .split(' ')
    .map((name) => [name, name.replace(/[A-Z]/g, '_$&').toLowerCase()]),
);

/** The manner of a list that is asked for page by page. */
export const list = { ...limited('general'), wire, query: fields<PageInput>(pageRules) };

/** Whether a name is one of the categories. */
export const isRate = (name: string | undefined): name is TippingRate => name !== undefined && name in rates;
