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
  /** What it was asked with, and what the next one is asked with. */
  readonly cursor: string | undefined;
  next: string | undefined;
  /** Its events, those that are committed taken out of the front. */
  readonly list: readonly Received<E>[];
  /** How many of `list`, from its start, are committed. */
  readonly committed: number;
}

/** The answers on their way to their watchers, oldest first. A later one is never committed before an earlier one. */
export interface Pages<E> {
  readonly size: number;
  readonly oldest: Page<E> | undefined;
  open(cursor: string | undefined, next: string | undefined, list: readonly Received<E>[]): Page<E>;
  /** Everything that is not committed, in order. */
  pending(): Received<E>[];
}

/**
 * @param kept - Upstream gives nothing a second time, so what waits behind an event that nobody took is remembered with it.
 * @param progress - Told of every step that a checkpoint should know: `true` at the end of a page.
 */
export function createPages<E>(kept: boolean, progress: (pageEnd: boolean) => void): Pages<E> {
  const pages: (Page<E> & { complete: boolean })[] = [];

  const advance = (): void => {
    const before = pages.length;
    while (pages[0]?.complete) pages.shift();
    const ended = pages.length < before;
    // Complete answers behind one that is stuck become one: its wait may be long.
    for (let index = pages.length - 1; index > 1 && !kept; index -= 1) {
      const later = pages[index];
      const earlier = pages[index - 1];
      if (!later?.complete || !earlier?.complete) continue;
      earlier.next = later.next;
      pages.splice(index, 1);
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
    open(cursor, next, given) {
      let list = given;
      const taken = new Set<unknown>();
      let committed = 0;
      const page = {
        cursor,
        next,
        complete: given.length === 0,
        get list() {
          return list;
        },
        get committed() {
          return committed;
        },
        taken(ticket: Ticket) {
          const before = committed;
          // In order is the rule; what is taken ahead of an earlier event waits in `taken`.
          if (ticket.event === list[committed]) committed += 1;
          else taken.add(ticket.event);
          while (taken.size > 0 && taken.delete(list[committed])) committed += 1;
          page.complete = committed === list.length;
          const moved = committed > before;
          if (page.complete && pages[0] !== page && !kept) {
            list = [];
            committed = 0;
          }
          if (moved) advance();
        },
      };
      // An empty answer that moves no cursor changes nothing that a checkpoint holds.
      if (page.complete && pages.length === 0 && cursor === next) return page;
      pages.push(page);
      if (page.complete) advance();
      return page;
    },
    pending: () => pages.flatMap((page, index) => (index === 0 ? page.list.slice(page.committed) : page.list)),
  };
}
