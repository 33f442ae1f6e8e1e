/**
 * What Camsoda's wire says, with the wire's spelling. The rest of the platform takes only types from here: the schemas
 * are for `tipstream/schemas` and the tests, so zod is not part of the client.
 */
import * as z from 'zod/mini';

/** Whoever did something. */
export interface CamsodaUser {
  username?: string | null | undefined;
  [more: string]: unknown;
}

/** An event of the contract: format A has `tipper`, format B has `user`. */
export interface CamsodaEvent {
  /** `tip`, and what else happens in a room. */
  type?: string | null | undefined;
  amount?: number | null | undefined;
  message?: string | null | undefined;
  tipper?: CamsodaUser | string | number | null | undefined;
  user?: CamsodaUser | string | null | undefined;
  /** Unix time in seconds; milliseconds and text are read too. */
  timestamp?: number | string | undefined;
  [more: string]: unknown;
}

const name = z.nullish(z.string());
const amount = z.nullish(z.number());

const User = z.looseObject({ username: name }) satisfies z.ZodMiniType<CamsodaUser>;

export const Event = z.looseObject({
  type: name,
  amount,
  message: name,
  tipper: z.nullish(z.union([User, z.string(), z.number()])),
  user: z.nullish(z.union([User, z.string()])),
  timestamp: z.optional(z.union([z.number(), z.string()])),
}) satisfies z.ZodMiniType<CamsodaEvent>;

interface Wire {
  readonly [key: string]: unknown;
}

const isWire = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

const event = <Schema extends z.core.$ZodType<unknown, Wire>>(needs: (event: Wire) => boolean, schema: Schema) =>
  z.pipe(
    z.custom<Wire>((value) => isWire(value) && needs(value)),
    schema,
  );

const kind = z.nullish(z.literal('tip'));

/** Relays may write an amount as text (EV-6). */
const relayed = z.union([
  z.number().check(z.gte(1)),
  z.string().check(
    z.regex(/^-?\d+(\.\d+)?$/),
    z.refine((text) => Number(text) >= 1),
  ),
]);

/**
 * What must be right about a tip for it to be read, for each known shape; names, notes and times may be anything. An
 * event that does not call itself a tip is one by its amount alone (CS-14).
 */
export const readable = {
  contract: event((e) => 'amount' in e, z.looseObject({ type: kind, amount })),
  listener: event((e) => 'tip_amount' in e, z.looseObject({ event_type: kind, tip_amount: amount })),
  frame: z.tuple([z.literal(27), z.looseObject({ is_tip: z.literal(true), value: relayed })], z.unknown()),
};
