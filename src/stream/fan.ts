import type { TipstreamError } from '../core/errors.ts';
import type { Watcher } from './origin.ts';
import type { Ticket } from './ticket.ts';

/** The watchers of one stream. */
export interface Fan<T> {
  readonly size: number;
  /** Watchers that count. */
  readonly counting: number;
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
  const set = (next: readonly Watcher<T>[]): void => {
    watchers = next;
    counting = watchers.reduce((sum, watcher) => sum + (watcher.observe ? 0 : 1), 0);
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
    add: (watcher) => set([...watchers, watcher]),
    remove: (watcher) => set(watchers.filter((other) => other !== watcher)),
    recount: () => set(watchers),
    give(event, ticket) {
      for (const watcher of watchers) watcher.next(event, watcher.observe ? undefined : ticket);
    },
    end(error) {
      for (const watcher of empty()) watcher.end(error);
    },
    finish: () => Promise.all(empty().map((watcher) => watcher.finish())),
  };
}
