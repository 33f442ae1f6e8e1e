import { Event, type StripchatEvent } from '../../stripchat/schemas.ts';
import { type StandardSchema, standard } from './standard.ts';

/** An event of Stripchat's contract, as `events()` gives it.
 *
 * @example
 * ```ts
 * import { stripchatEventSchema } from 'tipstream/schemas';
 * const read = stripchatEventSchema['~standard'].validate({ type: 'tip', amount: 50, user: { username: 'ada_l' } });
 * console.log(read.issues ?? read.value.amount); // 50
 * ```
 */
export const stripchatEventSchema: StandardSchema<StripchatEvent> = standard(Event);
