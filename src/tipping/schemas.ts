/**
 * What the tipping platform's wire says, as schemas: for `tipstream/schemas`, the mock and the tests. The client reads with `readers.ts`, so zod is
 * not part of it.
 */
import * as z from 'zod/mini';
import type {
  TippingBalance,
  TippingRecord,
  TippingStream,
  TippingTip,
  TippingTokens,
  TippingTransaction,
  TippingUser,
  TippingViewer,
} from './models.ts';

const text = z.optional(z.string());
const maybe = z.nullish(z.string());
const flag = z.optional(z.boolean());
const count = z.optional(z.number());

export const User = z.looseObject({
  id: z.string(),
  email: text,
  display_name: z.string(),
  username: z.string(),
  role: z.string(),
  status: z.string(),
  country: maybe,
  date_of_birth: maybe,
  profile_image_url: maybe,
  bio: maybe,
  email_verified: flag,
  created_at: z.string(),
}) satisfies z.ZodMiniType<TippingUser>;

export const Stream = z.looseObject({
  id: z.string(),
  host_id: z.string(),
  host_name: text,
  title: z.string(),
  description: maybe,
  category: maybe,
  tags: z.optional(z.array(z.string())),
  status: z.string(),
  viewer_count: count,
  total_tokens_received: count,
  started_at: maybe,
}) satisfies z.ZodMiniType<TippingStream>;

export const Tip = z.looseObject({
  id: z.string(),
  stream_id: maybe,
  from_user_id: z.string(),
  to_user_id: z.string(),
  tokens: z.number(),
  message: maybe,
  is_private: flag,
  created_at: z.string(),
}) satisfies z.ZodMiniType<TippingTip>;

export const Balance = z.looseObject({
  token_balance: z.number(),
  reserved_balance: z.number(),
  currency_code: z.string(),
  conversion_rate: z.number(),
}) satisfies z.ZodMiniType<TippingBalance>;

export const Transaction = z.looseObject({
  id: z.string(),
  transaction_type: z.string(),
  amount_tokens: z.number(),
  amount_currency: z.number(),
  fee_tokens: count,
  balance_after: z.number(),
  description: maybe,
  created_at: z.string(),
}) satisfies z.ZodMiniType<TippingTransaction>;

export const OpenRecord = z.looseObject({
  id: text,
  status: text,
  created_at: text,
}) satisfies z.ZodMiniType<TippingRecord>;

export const Viewer = z.looseObject({ user_id: z.string(), display_name: text }) satisfies z.ZodMiniType<TippingViewer>;

export const Tokens = z.looseObject({
  access_token: z.string(),
  refresh_token: text,
  expires_in: count,
  token_type: text,
  user: z.optional(User),
}) satisfies z.ZodMiniType<TippingTokens>;

export const KnownEvent = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('viewer_joined'),
    stream_id: z.string(),
    viewer: Viewer,
    timestamp: z.string(),
  }),
  z.looseObject({
    type: z.literal('tip_received'),
    stream_id: z.string(),
    tip: z.looseObject({
      id: z.string(),
      from_user: z.string(),
      from_user_id: text,
      tokens: z.number(),
      message: maybe,
      is_private: flag,
    }),
    timestamp: z.string(),
  }),
]);

/** The common error body. */
export const Failure = z.looseObject({
  error: z.string(),
  message: z.string(),
  code: text,
  details: z.optional(z.record(z.string(), z.unknown())),
  timestamp: text,
});

interface Wire {
  readonly [key: string]: unknown;
}

const isWire = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

const event = <Schema extends z.core.$ZodType<unknown, Wire>>(needs: (event: Wire) => boolean, schema: Schema) =>
  z.pipe(
    z.custom<Wire>((value) => isWire(value) && needs(value)),
    schema,
  );

const amount = z.nullish(z.number());
const kind = z.nullish(z.literal('tip_received'));

/** What must be right about a tip for it to be read: the socket's and that of REST. Names, notes and times may be anything. */
export const readable = {
  socket: event(
    (e) => 'tip' in e,
    z.looseObject({
      type: kind,
      tip: z.pipe(
        z.transform((value) => (isWire(value) ? value : {})),
        z.looseObject({ tokens: amount }),
      ),
    }),
  ),
  rest: event((e) => !('tip' in e) && 'tokens' in e, z.looseObject({ type: kind, tokens: amount })),
};
