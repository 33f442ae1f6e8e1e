import type { TippingTransaction } from '../../tipping/models.ts';
import { type Answer, json } from '../answer.ts';
import { refusal } from './failure.ts';
import { accountOf, type Desk, type Handler, isVerified, me, textIn, tokensIn, type Visitor } from './handler.ts';
import { pageOf } from './lists.ts';
import type { Account, State } from './state.ts';

/** Moves tokens of one account, and writes it down. */
function book(state: State, { wallet, transactions }: Account, type: string, tokens: number, description: string) {
  wallet.token_balance += tokens;
  const line: TippingTransaction = {
    id: state.makeId(),
    transaction_type: type,
    amount_tokens: tokens,
    // Without a sign, as upstream says it.
    amount_currency: Math.abs(tokens) / wallet.conversion_rate,
    fee_tokens: 0,
    balance_after: wallet.token_balance,
    description,
    created_at: state.now(),
  };
  transactions.push(line);
  return line;
}

const spendable = ({ wallet }: Account): number => wallet.token_balance - wallet.reserved_balance;

/** What a tip does: the tokens move, the stream counts them, and everybody who listens hears of it. */
export function tip(
  { state, tell }: Pick<Desk, 'state' | 'tell'>,
  from: Account,
  to: Account,
  given: {
    tokens: number;
    streamId?: string | undefined;
    message?: string;
    isPrivate?: boolean;
    key?: string | undefined;
  },
) {
  const { tokens, streamId, message = '', isPrivate = false, key } = given;
  const made = {
    id: state.makeId(),
    ...(streamId && { stream_id: streamId }),
    from_user_id: from.user.id,
    to_user_id: to.user.id,
    tokens,
    message,
    is_private: isPrivate,
    created_at: state.now(),
  };
  const transaction = book(state, from, 'tip_sent', -tokens, `Tip to ${to.user.display_name}`);
  book(state, to, 'tip_received', tokens, `Tip from ${from.user.display_name}`);
  state.tips.push(made);
  state.ledger.push({ key, tipId: made.id, from: from.user.id, to: to.user.id, tokens });
  const stream = state.streams.get(streamId ?? '');
  if (stream) {
    stream.total_tokens_received = (stream.total_tokens_received ?? 0) + tokens;
    tell(stream.id, {
      type: 'tip_received',
      stream_id: stream.id,
      tip: { id: made.id, from_user: from.user.display_name, tokens, message, ...(isPrivate && { is_private: true }) },
      timestamp: made.created_at,
    });
  }
  return { tip: made, transaction };
}

/** Runs a payment once per account and key; whoever repeats it gets the same answer, marked as one. */
function once({ state }: Desk, visitor: Visitor, run: (key: string | undefined) => Answer): Answer {
  const key = visitor.visit.request.headers.get('idempotency-key') ?? undefined;
  if (key === undefined) return run(undefined);
  const place = `${me(visitor).user.id} ${visitor.visit.url.pathname} ${key}`;
  const asked = JSON.stringify(visitor.body);
  const before = state.answered.get(place);
  if (before) {
    if (before.asked !== asked)
      throw refusal('VALIDATION_ERROR', {
        status: 422,
        code: 'IDEMPOTENCY_KEY_REUSED',
        message: 'This key was used for something else',
      });
    return json(before.status, before.body, { 'idempotent-replayed': 'true' });
  }
  const answer = run(key);
  state.answered.set(place, { asked, status: answer.status, body: JSON.parse(answer.body) });
  return answer;
}

/** Tokens: what there is, what is bought, given and paid out. */
export const walletRoutes: Readonly<Record<string, Handler>> = {
  'wallet.balance': (visitor) => json(200, me(visitor).wallet),
  'wallet.buy': (visitor, desk) =>
    once(desk, visitor, () => {
      const { body } = visitor;
      const tokens = tokensIn(visitor, 'tokens' in body ? 'tokens' : 'amount_tokens');
      const id = desk.state.makeId();
      const transaction = book(desk.state, me(visitor), 'purchase', tokens, `${tokens} tokens`);
      return json(201, { id, status: 'succeeded', client_secret: `not-a-secret-${id}`, tokens, transaction });
    }),
  'wallet.transactions'(visitor, { switches }) {
    const { searchParams } = visitor.visit.url;
    const type = searchParams.get('transaction_type');
    const found = me(visitor).transactions.filter(({ transaction_type }) => !type || type === transaction_type);
    return pageOf(found.reverse(), searchParams, 'transactions', switches.lists);
  },
  'wallet.transfer': (visitor, desk) =>
    once(desk, visitor, (key) => {
      const { state, switches } = desk;
      const { body } = visitor;
      const from = me(visitor);
      const tokens = tokensIn(visitor, 'tokens');
      const to = accountOf(state, textIn(visitor, 'to_user_id'));
      const streamId = body.stream_id === undefined ? undefined : textIn(visitor, 'stream_id');
      if (streamId && !state.streams.has(streamId)) throw refusal('STREAM_NOT_FOUND');
      if (tokens > spendable(from))
        throw refusal('INSUFFICIENT_BALANCE', { details: { available: spendable(from), needed: tokens } });
      const made = tip(desk, from, to, {
        tokens,
        streamId,
        message: typeof body.message === 'string' ? body.message : '',
        isPrivate: body.is_private === true,
        key,
      });
      return json(201, switches.transfers === 'bare' ? made.tip : { ...made, balance: { ...from.wallet } });
    }),
  'payouts.request'(visitor, { state }) {
    const account = me(visitor);
    const tokens = tokensIn(visitor, 'amount_tokens');
    if (!isVerified(account)) throw refusal('KYC_REQUIRED');
    if (tokens > spendable(account)) throw refusal('INSUFFICIENT_BALANCE');
    account.wallet.reserved_balance += tokens;
    const payout = { id: state.makeId(), status: 'pending', amount_tokens: tokens, created_at: state.now() };
    account.payouts.push(payout);
    return json(201, payout);
  },
  'payouts.requests': (visitor, { switches }) =>
    pageOf(me(visitor).payouts, visitor.visit.url.searchParams, 'payouts', switches.lists),
};
