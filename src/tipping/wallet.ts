import { get, post } from '../core/endpoint.ts';
import { anything } from './accounts.ts';
import { fields, maybeFlag, maybeText, maybeTokens, open, text, tokens } from './inputs.ts';
import { limited, list, type PageInput, pageRules, wire } from './manner.ts';
import type { TippingBalance, TippingPayout, TippingTransaction, TippingTransfer } from './models.ts';
import { listOf, model } from './readers.ts';
import { tip } from './streams.ts';

/** A tip. */
export interface TransferInput {
  toUserId: string;
  /** A positive whole number. */
  tokens: number;
  streamId?: string | undefined;
  message?: string | undefined;
  /** @default false */
  isPrivate?: boolean | undefined;
}

/** A purchase of tokens: `tokens`, `amountTokens` or `packageId`, and what the payment needs. */
export interface BuyInput {
  tokens?: number | undefined;
  amountTokens?: number | undefined;
  packageId?: string | undefined;
  paymentMethod?: unknown;
  /** ISO 4217. */
  currencyCode?: string | undefined;
  [more: string]: unknown;
}

const balance = model<TippingBalance>({ token_balance: 'number', conversion_rate: 'number' });
const transaction = model<TippingTransaction>({ id: 'string', amount_tokens: 'number' });
const payout = model<TippingPayout>();
const wrapped = model<{ tip?: unknown; transaction?: TippingTransaction; balance?: TippingBalance }>();

const general = limited('general');
const purchase = { tokens: maybeTokens, amountTokens: maybeTokens, packageId: maybeText, currencyCode: maybeText };
/** Made once per call and the same on every attempt: the platform knows a repeated payment by it (TP-17). */
const idempotent = 'Idempotency-Key';

/** The calls about tokens. */
export const wallet = {
  /** Your tokens. */
  balance: get('/wallet/balance', { ...general, response: balance }),
  /** Begins to buy tokens. What comes back is for the payment form of the platform. */
  buy: post('/wallet/buy', {
    ...limited('payments'),
    wire,
    idempotent,
    body: open<BuyInput>(purchase),
    response: anything,
  }),
  /** What came in and went out. */
  transactions: get('/wallet/transactions', {
    ...list,
    query: fields<PageInput & { transactionType?: string | undefined }>({
      ...pageRules,
      transactionType: maybeText,
    }),
    response: listOf('transactions', transaction),
  }),
  /**
   * Sends a tip. It is paid once, however often it has to be sent: give `idempotencyKey` yourself where a crash may come in between,
   * and repeat with the same. Errors: `INSUFFICIENT_BALANCE`, `KYC_REQUIRED`; `error.sent` says whether it may have been paid.
   */
  transfer: post('/wallet/transfer', {
    ...limited('tipping'),
    wire,
    idempotent,
    body: fields<TransferInput>({
      toUserId: text,
      tokens,
      streamId: maybeText,
      message: maybeText,
      isPrivate: maybeFlag,
    }),
    response(body): TippingTransfer {
      const answer = wrapped(body);
      if (answer.tip === undefined) return tip(answer);
      const { transaction, balance } = answer;
      return { ...tip(answer.tip), ...(transaction && { transaction }), ...(balance && { balance }) };
    },
  }),
};

/** The calls about payouts. */
export const payouts = {
  /** Asks for a payout of tokens. */
  request: post('/payouts/request', {
    ...general,
    wire,
    body: fields<{ amountTokens: number; method?: string | undefined }>({
      amountTokens: tokens,
      method: maybeText,
    }),
    response: payout,
  }),
  /** Payouts that were asked for. */
  requests: get('/payouts/requests', { ...list, response: listOf('payouts', payout) }),
};
