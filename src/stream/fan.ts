import type { TipstreamError } from '../core/errors.ts';
import type { Watcher } from './origin.ts';
import type { Ticket } from './ticket.ts';

/** The watchers of one stream. */
export interface Fan<T> {
  readonly size: number;
  /** Watchers that count. */
  readonly counting: number;
  /** Rises when somebody begins to count after nobody did. */
  readonly generation: number;
  has(watcher: Watcher<T>): boolean;
  add(watcher: Watcher<T>): void;
  remove(watcher: Watcher<T>): void;
  /** Looks again who counts. */
  recount(): void;
  give(event: T, ticket: Ticket | undefined): void;
  /** Ends every watcher and forgets it. */
  end(error: TipstreamError | undefined): void;
  /** The same, and resolves when every running callback is through. */
  finish(): Promise<unknown>;
}

export function createFan<T>(): Fan<T> {
  // Replaced, never changed: a watcher that comes or goes during `give` pulls no rug.
  let watchers: readonly Watcher<T>[] = [];
  let counting = 0;
  let generation = 0;
  const set = (next: readonly Watcher<T>[]): void => {
    const before = counting;
    watchers = next;
    counting = watchers.reduce((sum, watcher) => sum + (watcher.observe ? 0 : 1), 0);
    if (before === 0 && counting > 0) generation += 1;
  };
  // Emptied first: what a watcher leaves from here on has nobody else to wait for.
  const empty = (): readonly Watcher<T>[] => {
    const ended = watchers;
    set([]);
    return ended;
  };
  return {
    get size() {
      return watchers.length;
    },
    get counting() {
      return counting;
    },
    get generation() {
      return generation;
    },
    has: (watcher) => watchers.includes(watcher),
    add: (watcher) => set([...watchers, watcher]),
    remove: (watcher) => set(watchers.filter((other) => other !== watcher)),
    recount: () => set(watchers),
    give(event, ticket) {
      for (const watcher of watchers) {
        if (!watcher.observe) watcher.next(event, ticket);
        else if (!ticket?.again) watcher.next(event, undefined);
      }
    },
    end(error) {
      for (const watcher of empty()) watcher.end(error);
    },
    finish: () => Promise.all(empty().map((watcher) => watcher.finish())),
  };
}
