import { type CamsodaEvent, Event } from '../../camsoda/schemas.ts';
import { type StandardSchema, standard } from './standard.ts';

/** An event of Camsoda's contract, as `events()` gives it.
 *
 * @example
 * ```ts
 * import { camsodaEventSchema } from 'tipstream/schemas';
 * const read = camsodaEventSchema['~standard'].validate({ type: 'tip', amount: 50, tipper: { username: 'ada_l' } });
 * console.log(read.issues ?? read.value.amount); // 50
 * ```
 */
export const camsodaEventSchema: StandardSchema<CamsodaEvent> = standard(Event);
