import * as z from 'zod/mini';
import type { TipEvent, UniformTip } from '../../stream/tip-event.ts';
import { type StandardSchema, standard } from './standard.ts';

const text = z.string();
const perhaps = z.exactOptional(text);
const five = { platform: text, amount: z.number(), tipper: text, message: text, timestamp: z.number() };

const Uniform = z.looseObject(five) satisfies z.ZodMiniType<UniformTip>;

const Tip = z.looseObject({
  ...five,
  id: text,
  unit: text,
  anonymous: z.boolean(),
  channel: perhaps,
  tipperId: perhaps,
  avatarUrl: perhaps,
  test: z.exactOptional(z.literal(true)),
  meta: z.exactOptional(z.looseObject({})),
}) satisfies z.ZodMiniType<TipEvent>;

/** Only what a value has itself counts, as for `validateNormalizedEvent`: what is no object has nothing. */
const own = z.transform((value: unknown): object => (typeof value === 'object' ? { ...value } : {}));

/**
 * The five fields that every tip has (EV-1): what `validateNormalizedEvent` accepts it accepts, and what that refuses it refuses in the same
 * words (EV-7). For senders that know no more than these five.
 *
 * @example
 * ```ts
 * import { uniformTipSchema } from 'tipstream/schemas';
 * const { issues } = uniformTipSchema['~standard'].validate({ platform: 'shop', amount: '5' });
 * console.log(issues?.map(({ message }) => message).join(', '));
 * // wrong type for amount, missing field: tipper, missing field: message, missing field: timestamp
 * ```
 */
export const uniformTipSchema: StandardSchema<UniformTip> = standard(z.pipe(own, Uniform));

/**
 * A tip as this library gives it: the five fields by the rules of `validateNormalizedEvent`, and `id`, `unit` and `anonymous`, without which nobody
 * knows whether it was counted before. What may be absent is absent or of its type; a row that says `null` for it is no tip.
 *
 * @example
 * ```ts
 * import { testTip } from 'tipstream';
 * import { tipEventSchema } from 'tipstream/schemas';
 * const row = JSON.stringify(testTip({ tipper: 'ada_l', amount: 25 })); // as a database or a queue gives it back
 * const read = tipEventSchema['~standard'].validate(JSON.parse(row));
 * if (read.issues) throw new Error(read.issues.map(({ message }) => message).join(', '));
 * console.log(read.value.tipper, read.value.amount); // ada_l 25
 * ```
 */
export const tipEventSchema: StandardSchema<TipEvent> = standard(z.pipe(own, Tip));
