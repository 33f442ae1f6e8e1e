import type { Ticket, TicketOwner } from './ticket.ts';

/** One event as it came in. */
export interface Received<E> {
  readonly event: E;
  /** The same on every re-delivery, unique within its source. */
  readonly id: string;
  /** When its page arrived, Unix time in milliseconds. */
  readonly at: number;
  /** It happened before the stream began. */
  readonly backlog?: true;
}

/** One answer whose events are not all taken. */
export interface Page<E> extends TicketOwner {
  /** What it was asked with. */
  readonly cursor: string | undefined;
  readonly list: readonly Received<E>[];
  /** How many of `list`, from its start, are committed. */
  readonly committed: number;
  readonly complete: boolean;
  /** What was committed of the same answer before a restart. */
  readonly after: string | undefined;
}

/** The answers on their way to their watchers, oldest first. A later one is never committed before an earlier one. */
export interface Pages<E> {
  readonly size: number;
  readonly oldest: Page<E> | undefined;
  /** @param moved - The next answer is asked for with another cursor. */
  open(cursor: string | undefined, list: readonly Received<E>[], moved: boolean, after?: string): Page<E>;
  /** Everything that is not committed, in order. */
  pending(): Received<E>[];
}

/**
 * @param kept - Upstream gives nothing a second time, so what waits behind an event that nobody took is remembered with it.
 * @param progress - Told of every step that a checkpoint should know: `true` at the end of a page.
 */
export function createPages<E>(kept: boolean, progress: (pageEnd: boolean) => void): Pages<E> {
  let pages: Page<E>[] = [];

  const advance = (complete: boolean): void => {
    const ended = pages[0]?.complete === true;
    if (complete) {
      while (pages[0]?.complete) pages.shift();
      // Behind one that is stuck, perhaps for long: it comes again with that one, or not at all.
      pages = pages.filter((page) => !page.complete || (kept && page.list.length > 0));
    }
    progress(ended);
  };

  return {
    get size() {
      return pages.length;
    },
    get oldest() {
      return pages[0];
    },
    open(cursor, list, moved, after) {
      const taken = new Set<unknown>();
      const page = {
        cursor,
        list,
        after,
        committed: 0,
        complete: list.length === 0,
        taken({ event }: Ticket) {
          const before = page.committed;
          // In order is the rule; what is taken ahead of an earlier event waits in `taken`.
          if (event === list[before]) page.committed += 1;
          else taken.add(event);
          while (taken.size > 0 && taken.delete(list[page.committed])) page.committed += 1;
          page.complete = page.committed === list.length;
          if (page.committed > before) advance(page.complete);
        },
      };
      // An empty answer that moves no cursor changes nothing that a checkpoint holds.
      if (page.complete && pages.length === 0 && !moved) return page;
      pages.push(page);
      if (page.complete) advance(true);
      return page;
    },
    pending: () => pages.flatMap(({ list, committed }, index) => (index === 0 ? list.slice(committed) : list)),
  };
}
