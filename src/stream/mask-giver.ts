import { isFlagged, maskEvent } from '../core/anonymous.ts';

/**
 * The event without whoever asked to stay unnamed: `user` and its like become `{ username: 'Anonymous' }` with no other
 * field, names and their ids `'Anonymous'`. An event that hides nobody is returned as it is.
 */
export function maskGiver<T>(event: T): T;
export function maskGiver(event: unknown): unknown {
  return isFlagged(event) ? maskEvent(event) : event;
}
