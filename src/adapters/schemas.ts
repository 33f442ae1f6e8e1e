/**
 * Schemas of what this library gives: tips, events and the main models of every platform. For whoever keeps them in a database or a queue, is sent
 * them by a webhook, or puts them behind tRPC, Hono or a form, and wants to know what they are when they come back. The clients check what
 * they read themselves and load nothing of this; whoever imports one schema loads no other platform and no client.
 *
 * A schema is stricter than a client: that reads past an odd word in a field that it does not need, this holds every field that the type names. Fields
 * that the type does not name stay as they are.
 *
 * Each is a [Standard Schema](https://standardschema.dev), so `ky(...).json(schema)` takes it as a router of tRPC does.
 *
 * @example A row, without any library
 * ```ts
 * import { tipEventSchema } from 'tipstream/schemas';
 * const row = { platform: 'shop', amount: 5, tipper: 'ada_l', message: '', timestamp: 1767225600 };
 * const { issues } = tipEventSchema['~standard'].validate(row);
 * console.log(issues?.map(({ message }) => message).join()); // missing field: id,missing field: unit,missing field: anonymous
 * ```
 *
 * @example A webhook whose sender speaks our words
 * ```ts
 * import { createSource, type TipEvent } from 'tipstream';
 * import { tipEventSchema } from 'tipstream/schemas';
 * const tips = createSource<TipEvent>({ platform: 'webhook', id: (tip) => tip.id, unwatched: 'reject' });
 * export async function POST(request: Request): Promise<Response> {
 *   const read = tipEventSchema['~standard'].validate(await request.json());
 *   if (read.issues) return Response.json(read.issues, { status: 400 });
 *   await tips.push(read.value);
 *   return new Response(null, { status: 200 });
 * }
 * ```
 *
 * @module tipstream/schemas
 */
export { anilibriaNotificationSchema, anilibriaTitleSchema } from './schemas/anilibria.ts';
export { camsodaEventSchema } from './schemas/camsoda.ts';
export { chaturbateContractEventSchema, chaturbateEventSchema } from './schemas/chaturbate.ts';
export type { StandardIssue, StandardSchema } from './schemas/standard.ts';
export { stripchatEventSchema } from './schemas/stripchat.ts';
export { tiktokCommentSchema, tiktokUserProfileSchema } from './schemas/tiktok.ts';
export { tipEventSchema, uniformTipSchema } from './schemas/tip.ts';
export {
  tippingBalanceSchema,
  tippingEventSchema,
  tippingStreamSchema,
  tippingTipSchema,
  tippingTransactionSchema,
  tippingTransferSchema,
  tippingUserSchema,
} from './schemas/tipping.ts';
export {
  twitchChatterSchema,
  twitchEventSchema,
  twitchModeratedChannelSchema,
  twitchUserSchema,
} from './schemas/twitch.ts';
