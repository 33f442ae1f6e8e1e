/**
 * What Stripchat's wire says, with the wire's spelling. The rest of the platform takes only types from here: the schemas
 * are for `tipstream/schemas` and the tests, so zod is not part of the client.
 */
import * as z from 'zod/mini';

/** Whoever did something. */
export interface StripchatUser {
  username?: string | null | undefined;
  is_premium?: boolean | undefined;
  [more: string]: unknown;
}

/** An event of the contract: the standard format has `amount`, the alternative one has `tip`. */
export interface StripchatEvent {
  /** `tip`, and what else happens in a room. */
  type?: string | null | undefined;
  amount?: number | null | undefined;
  message?: string | null | undefined;
  user?: StripchatUser | string | null | undefined;
  tip?: { amount?: number | null | undefined; message?: string | null | undefined } | null | undefined;
  [more: string]: unknown;
}

const name = z.nullish(z.string());
const amount = z.nullish(z.number());

const User = z.looseObject({
  username: name,
  is_premium: z.optional(z.boolean()),
}) satisfies z.ZodMiniType<StripchatUser>;

export const Event = z.looseObject({
  type: name,
  amount,
  message: name,
  user: z.nullish(z.union([User, z.string()])),
  tip: z.nullish(z.looseObject({ amount, message: name })),
});

interface Wire {
  readonly [key: string]: unknown;
}

const isWire = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

const empty = (value: unknown): Wire => (isWire(value) ? value : {});

const lenient = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.pipe(z.transform(empty), z.looseObject(shape));

const event = <Schema extends z.core.$ZodType<unknown, Wire>>(needs: (event: Wire) => boolean, schema: Schema) =>
  z.pipe(
    z.custom<Wire>((value) => isWire(value) && needs(value)),
    schema,
  );

const kind = z.nullish(z.literal('tip'));

/** Relays may write an amount as text (EV-6). */
const relayed = z.nullable(z.union([z.number(), z.string().check(z.regex(/^-?\d+(\.\d+)?$/))]));

const spent = z.looseObject({ amount: relayed });
const original = (tip: unknown): boolean => isWire(tip) && tip.isOriginalSource !== false;
const message = z.looseObject({
  type: z.enum(['tip', 'privateTip']),
  details: z.looseObject({ amount: relayed }),
});

/**
 * What must be right about a tip for it to be read, for each known shape; names and notes may be anything. An event that
 * does not call itself a tip is one by its amount alone (SC-12).
 */
export const readable = {
  standard: event(
    (e) => 'amount' in e && (e.type === 'tip' || !('isOriginalSource' in e)),
    z.looseObject({ type: kind, amount }),
  ),
  alternative: event((e) => 'tip' in e, z.looseObject({ type: kind, tip: lenient({ amount }) })),
  data: event(
    (e) => 'data' in e && (e.type ?? empty(e.data).tokens) != null,
    z.looseObject({ type: kind, data: lenient({ tokens: amount }) }),
  ),
  spent: event((e) => original(e.tipData), z.looseObject({ tipData: spent })),
  spentBare: event((e) => 'isOriginalSource' in e && original(e), spent),
  chat: z.looseObject({
    push: z.looseObject({ pub: z.looseObject({ data: z.looseObject({ message }) }) }),
  }),
  chatBare: message,
};
