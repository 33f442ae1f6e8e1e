import type { TipstreamError } from '../core/errors.ts';
import type { Watcher } from './origin.ts';
import { hold, oneOnly, refuse, release, type Ticket } from './ticket.ts';

/** The watchers of one stream. */
export interface Fan<T> {
  /** Replaced, never changed: a watcher that comes or goes while an event is given pulls no rug. */
  watchers: readonly Watcher<T>[];
  /** Watchers that count. */
  counting: number;
  /** Rises when somebody begins to count after nobody did. */
  generation: number;
  /** Who came and was not welcomed yet: more than one where a newcomer watches in several ways. */
  fresh: Watcher<T>[];
  /** Who was welcomed last: what is offered to one newcomer only is for these. */
  newest: readonly Watcher<T>[];
}

export const createFan = <T>(): Fan<T> => ({ watchers: [], counting: 0, generation: 0, fresh: [], newest: [] });

/** Puts others in the place of the watchers, or looks again who of them counts. */
export function setWatchers<T>(fan: Fan<T>, watchers = fan.watchers): void {
  const before = fan.counting;
  fan.watchers = watchers;
  fan.counting = watchers.filter((watcher) => !watcher.observe).length;
  if (before === 0 && fan.counting > 0) fan.generation += 1;
}

export const addWatcher = <T>(fan: Fan<T>, watcher: Watcher<T>): void => {
  fan.fresh.push(watcher);
  setWatchers(fan, [...fan.watchers, watcher]);
};

/** From here on they are the newest. `true` where somebody counted before them. */
export function welcomeFresh<T>(fan: Fan<T>): boolean {
  const { fresh, watchers } = fan;
  fan.fresh = [];
  const guests = fresh.filter((watcher) => !watcher.observe);
  if (guests.length > 0) fan.newest = guests;
  return watchers.some((watcher) => !watcher.observe && !guests.includes(watcher));
}

export const removeWatcher = <T>(fan: Fan<T>, watcher: Watcher<T>): void =>
  setWatchers(
    fan,
    fan.watchers.filter((other) => other !== watcher),
  );

/** Gives an event to all watchers, or to the newest only, as its ticket says; where they are gone again, it is refused. */
export function giveAll<T>({ watchers, newest }: Fan<T>, event: T, ticket: Ticket | undefined): void {
  if (ticket?.generation === oneOnly) {
    const present = newest.filter((watcher) => watchers.includes(watcher));
    hold(ticket);
    for (const watcher of present) watcher.next(event, ticket);
    return present.length > 0 ? release(ticket) : refuse(ticket);
  }
  for (const watcher of watchers) {
    if (!watcher.observe) watcher.next(event, ticket);
    else if (!ticket?.again) watcher.next(event, undefined);
  }
}

// Emptied first: what a watcher leaves from here on has nobody else to wait for.
const empty = <T>(fan: Fan<T>): readonly Watcher<T>[] => {
  const ended = fan.watchers;
  setWatchers(fan, []);
  return ended;
};

/** Ends every watcher and forgets it. */
export function endAll<T>(fan: Fan<T>, error: TipstreamError | undefined): void {
  for (const watcher of empty(fan)) watcher.end(error);
}

/** The same, and resolves when every running callback is through. */
export const finishAll = <T>(fan: Fan<T>): Promise<unknown> =>
  Promise.all(empty(fan).map((watcher) => watcher.finish()));
