/**
 * What Chaturbate's wire says, with the wire's spelling. The rest of the platform takes only types from here: the schemas
 * are for `tipstream/schemas` and the tests, so zod is not part of the client.
 */
import * as z from 'zod/mini';

/** Whoever did something. The wire may add fields, and words that are not listed here. */
export interface ChaturbateUser {
  username: string;
  inFanclub?: boolean | undefined;
  hasTokens?: boolean | undefined;
  isMod?: boolean | undefined;
  /** `none`, `few`, `some`, `lots`, `tons`. */
  recentTips?: string | undefined;
  /** `f`, `m`, `t`, `c`. */
  gender?: string | undefined;
  subgender?: string | undefined;
  colorGroup?: string | undefined;
  fcAutoRenew?: boolean | undefined;
  hasDarkmode?: boolean | undefined;
  inPrivateShow?: boolean | undefined;
  isBroadcasting?: boolean | undefined;
  isFollower?: boolean | undefined;
  isOwner?: boolean | undefined;
  isSilenced?: boolean | undefined;
  isSpying?: boolean | undefined;
  language?: string | undefined;
  [more: string]: unknown;
}

/** What was written. */
export interface ChaturbateMessage {
  message: string;
  color?: string | undefined;
  bgColor?: string | null | undefined;
  font?: string | undefined;
  /** In private messages. */
  fromUser?: string | undefined;
  /** In private messages. */
  toUser?: string | undefined;
  orig?: string | null | undefined;
  [more: string]: unknown;
}

/** Photos or a video that somebody bought. */
export interface ChaturbateMedia {
  id: number | string;
  /** `photos`, `video`. */
  type: string;
  name: string;
  tokens: number;
  [more: string]: unknown;
}

/** A tip as the Events API says it. A note that the viewer wrote begins with `| `. */
export interface ChaturbateTip {
  tokens: number;
  /** The `user` beside an anonymous tip is the real one on the wire. `events()` masks it. */
  isAnon?: boolean | undefined;
  message?: string | undefined;
  [more: string]: unknown;
}

/** One method of the Events API, or several that carry the same. */
export interface ChaturbateMethod<Method extends string, Content> {
  method: Method;
  /** Begins with the time of the event, Unix time in milliseconds. */
  id?: string | undefined;
  object: { broadcaster: string } & Content;
}

/** The word of a method that this version does not know: text on the wire, `String(event.method)`. */
export interface OtherMethod {
  readonly '~other': true;
  /** The word itself. */
  toString(): string;
}

/** An event of the Events API: `switch (event.method)` tells the twelve known ones apart. Unknown ones come as they are. */
export type ChaturbateEvent =
  | ChaturbateMethod<'broadcastStart' | 'broadcastStop', { user: ChaturbateUser }>
  | ChaturbateMethod<'userEnter' | 'userLeave', { user: ChaturbateUser }>
  | ChaturbateMethod<'follow' | 'unfollow' | 'fanclubJoin', { user: ChaturbateUser }>
  | ChaturbateMethod<'chatMessage' | 'privateMessage', { user: ChaturbateUser; message: ChaturbateMessage }>
  | ChaturbateMethod<'tip', { user: ChaturbateUser; tip: ChaturbateTip }>
  | ChaturbateMethod<'mediaPurchase', { user: ChaturbateUser; media: ChaturbateMedia }>
  | ChaturbateMethod<'roomSubjectChange', { subject: string }>
  | { method: OtherMethod; id?: string | undefined; object?: Readonly<Record<string, unknown>> };

/** An event of the contract: format 1 has `tip`, format 2 has `object`. */
export interface ChaturbateContractEvent {
  method?: string | null | undefined;
  tip?: ChaturbateContractTip | null | undefined;
  object?: ChaturbateContractObject | null | undefined;
  [more: string]: unknown;
}

/** The inside of format 1. */
export interface ChaturbateContractTip {
  tokens?: number | null | undefined;
  from_username?: string | undefined;
  message?: string | undefined;
  is_anon?: boolean | undefined;
  [more: string]: unknown;
}

/** The inside of format 2. */
export interface ChaturbateContractObject {
  amount?: number | null | undefined;
  from_user?: { username?: string | undefined; is_mod?: boolean | undefined } | null | undefined;
  message?: string | undefined;
  [more: string]: unknown;
}

const text = z.optional(z.string());
const flag = z.optional(z.boolean());

const User = z.looseObject({
  username: z.string(),
  inFanclub: flag,
  hasTokens: flag,
  isMod: flag,
  recentTips: text,
  gender: text,
  subgender: text,
  colorGroup: text,
  fcAutoRenew: flag,
  hasDarkmode: flag,
  inPrivateShow: flag,
  isBroadcasting: flag,
  isFollower: flag,
  isOwner: flag,
  isSilenced: flag,
  isSpying: flag,
  language: text,
}) satisfies z.ZodMiniType<ChaturbateUser>;

const Message = z.looseObject({
  message: z.string(),
  color: text,
  bgColor: z.nullish(z.string()),
  font: text,
  fromUser: text,
  toUser: text,
  orig: z.nullish(z.string()),
}) satisfies z.ZodMiniType<ChaturbateMessage>;

const Media = z.looseObject({
  id: z.union([z.number(), z.string()]),
  type: z.string(),
  name: z.string(),
  tokens: z.number(),
}) satisfies z.ZodMiniType<ChaturbateMedia>;

const Tip = z.looseObject({
  tokens: z.number(),
  isAnon: flag,
  message: text,
}) satisfies z.ZodMiniType<ChaturbateTip>;

const known = <const Methods extends readonly [string, ...string[]], Shape extends z.core.$ZodLooseShape>(
  methods: Methods,
  shape: Shape,
) =>
  z.looseObject({
    method: z.literal(methods),
    id: text,
    object: z.looseObject({ broadcaster: z.string(), ...shape }),
  });

/** The twelve documented methods. */
export const KnownEvent = z.discriminatedUnion('method', [
  known(['broadcastStart', 'broadcastStop', 'userEnter', 'userLeave'], { user: User }),
  known(['follow', 'unfollow', 'fanclubJoin'], { user: User }),
  known(['chatMessage', 'privateMessage'], { user: User, message: Message }),
  known(['tip'], { user: User, tip: Tip }),
  known(['mediaPurchase'], { user: User, media: Media }),
  known(['roomSubjectChange'], { subject: z.string() }),
]);

/** An event of the contract. */
export const ContractEvent = z.looseObject({
  method: z.nullish(z.string()),
  tip: z.nullish(z.looseObject({ tokens: z.nullish(z.number()), from_username: text, message: text, is_anon: flag })),
  object: z.nullish(
    z.looseObject({
      amount: z.nullish(z.number()),
      from_user: z.nullish(z.looseObject({ username: text, is_mod: flag })),
      message: text,
    }),
  ),
}) satisfies z.ZodMiniType<ChaturbateContractEvent>;

interface Wire {
  readonly [key: string]: unknown;
}

const isWire = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is no object counts as an empty one (CB-17). */
const empty = (value: unknown): Wire => (isWire(value) ? value : {});

const lenient = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.pipe(z.transform(empty), z.looseObject(shape));

const event = <Schema extends z.core.$ZodType<unknown, Wire>>(needs: (event: Wire) => boolean, schema: Schema) =>
  z.pipe(
    z.custom<Wire>((value) => isWire(value) && needs(value)),
    schema,
  );

const amount = z.nullish(z.number());
const kind = z.nullish(z.literal('tip'));

/**
 * What must be right about a tip for it to be read, for each documented shape; names and notes may be anything. An event
 * that does not call itself a tip is one by its amount alone (CB-10).
 */
export const readable = {
  format1: event((e) => 'tip' in e, z.looseObject({ method: kind, tip: lenient({ tokens: amount }) })),
  format2: event(
    (e) => 'object' in e && !isWire(empty(e.object).tip) && (e.method ?? empty(e.object).amount) != null,
    z.looseObject({ method: kind, object: lenient({ amount }) }),
  ),
  eventsApi: event(
    (e) => isWire(empty(e.object).tip) && (e.method ?? empty(empty(e.object).tip).tokens) != null,
    z.looseObject({ method: kind, object: z.looseObject({ tip: z.looseObject({ tokens: amount }) }) }),
  ),
  flat: event((e) => 'amount' in e, z.looseObject({ method: kind, amount })),
  data: event(
    (e) => 'data' in e && (e.type ?? empty(e.data).tokens) != null,
    z.looseObject({ type: kind, data: lenient({ tokens: amount }) }),
  ),
};
