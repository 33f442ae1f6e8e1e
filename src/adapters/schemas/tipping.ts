import * as z from 'zod/mini';
import type {
  OtherType,
  TippingBalance,
  TippingEvent,
  TippingStream,
  TippingTip,
  TippingTransaction,
  TippingTransfer,
  TippingUser,
} from '../../tipping/models.ts';
import { Balance, KnownEvent, Stream, Tip, Transaction, User } from '../../tipping/schemas.ts';
import { type StandardSchema, standard, standardBy, wordIn } from './standard.ts';

const known = {
  viewer_joined: true,
  tip_received: true,
} satisfies Record<Extract<TippingEvent['type'], string>, true>;

const OtherEvent = z.looseObject({ type: z.custom<OtherType>((type) => typeof type === 'string') });

const Transfer = z.extend(Tip, {
  transaction: z.optional(Transaction),
  balance: z.optional(Balance),
}) satisfies z.ZodMiniType<TippingTransfer>;

/** What the socket of a stream said, as `events()` gives it. One of the two known types has what belongs to it; a new one may have anything.
 *
 * @example
 * ```ts
 * import { tippingEventSchema } from 'tipstream/schemas';
 * const tip = { id: 'one', from_user: 'Ada', tokens: 25 };
 * const kept = { type: 'tip_received', stream_id: 'evening', tip, timestamp: '2026-01-01T00:00:00Z' };
 * const read = tippingEventSchema['~standard'].validate(kept);
 * if (!read.issues && read.value.type === 'tip_received') console.log(read.value.tip.tokens); // 25
 * ```
 */
export const tippingEventSchema: StandardSchema<TippingEvent> = standardBy<TippingEvent>((event) =>
  Object.hasOwn(known, wordIn('type', event)) ? KnownEvent : OtherEvent,
);

/** A tip, as REST gives it. */
export const tippingTipSchema: StandardSchema<TippingTip> = standard(Tip);

/** What `wallet.transfer` gave: the tip, and what is said beside it. */
export const tippingTransferSchema: StandardSchema<TippingTransfer> = standard(Transfer);

/** One line of an account, as `wallet.transactions` gives it. */
export const tippingTransactionSchema: StandardSchema<TippingTransaction> = standard(Transaction);

/** How many tokens somebody has, as `wallet.balance` gives it. */
export const tippingBalanceSchema: StandardSchema<TippingBalance> = standard(Balance);

/** A person, as `users.get` and `auth.me` give it. */
export const tippingUserSchema: StandardSchema<TippingUser> = standard(User);

/** A broadcast, as `streams.get` and `streams.list` give it. */
export const tippingStreamSchema: StandardSchema<TippingStream> = standard(Stream);
