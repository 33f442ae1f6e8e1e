import * as z from 'zod/mini';
import {
  type ChaturbateContractEvent,
  type ChaturbateEvent,
  ContractEvent,
  KnownEvent,
  type OtherMethod,
} from '../../chaturbate/schemas.ts';
import { type StandardSchema, standard, standardBy, wordIn } from './standard.ts';

const known = {
  broadcastStart: true,
  broadcastStop: true,
  userEnter: true,
  userLeave: true,
  follow: true,
  unfollow: true,
  fanclubJoin: true,
  chatMessage: true,
  privateMessage: true,
  tip: true,
  mediaPurchase: true,
  roomSubjectChange: true,
} satisfies Record<Extract<ChaturbateEvent['method'], string>, true>;

const OtherEvent = z.looseObject({
  method: z.custom<OtherMethod>((method) => typeof method === 'string'),
  id: z.optional(z.string()),
  object: z.exactOptional(z.looseObject({})),
});

/** An event of the Events API, as `events()` gives it. One of the twelve methods has what belongs to it; a new one may have anything.
 *
 * @example
 * ```ts
 * import { chaturbateEventSchema } from 'tipstream/schemas';
 * const kept = { method: 'follow', id: '1767225600000-0', object: { broadcaster: 'mira', user: { username: 'ada_l' } } };
 * const read = chaturbateEventSchema['~standard'].validate(kept);
 * if (!read.issues && read.value.method === 'follow') console.log(read.value.object.user.username); // ada_l
 * ```
 */
export const chaturbateEventSchema: StandardSchema<ChaturbateEvent> = standardBy<ChaturbateEvent>((event) =>
  Object.hasOwn(known, wordIn('method', event)) ? KnownEvent : OtherEvent,
);

/** An event of the contract, of format 1 or 2, as `events()` gives it where the client has an `eventsUrl`. */
export const chaturbateContractEventSchema: StandardSchema<ChaturbateContractEvent> = standard(ContractEvent);
