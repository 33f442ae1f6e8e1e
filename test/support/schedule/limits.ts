import type { Clock } from '../../../src/core/time.ts';
import type { Books } from './books.ts';
import { askedWait, type Line, labelOf, type Trouble } from './faults.ts';

/** Watches over what the upstreams let be asked, as they see it. */
export interface Limits {
  /** A request arrives. */
  arrive(line: Line, client: string, route: string): void;
  /** The client hears that it was refused. */
  refuse(line: Line, client: string, route: string, trouble: Trouble): void;
}

/** The documented windows of the polled upstreams: so many in any minute, and how far apart at least. */
const windows: Partial<Record<Line, { limit: number; apart: number }>> = {
  chaturbate: { limit: 120, apart: 0 },
  'chaturbate events': { limit: 2000, apart: 0 },
  stripchat: { limit: 100, apart: 600 },
  camsoda: { limit: 60, apart: 0 },
};
const minute = 60_000;
/**
 * A 429 at EventSub may mean too many sockets, which holds nothing back: a new session asks in its own time. A new token is asked for by
 * whichever call needs one.
 */
const unheld = ['/eventsub/subscriptions', '/oauth2/token'];

export function openLimits(clock: Clock, books: Books): Limits {
  const times = new Map<Line, number[]>();
  const notBefore = new Map<string, { at: number; by: string }>();
  return {
    arrive(line, client, route) {
      const now = clock.now();
      const key = `${client} ${route}`;
      const earliest = notBefore.get(key);
      if (earliest && now < earliest.at)
        books.break(`${key} was asked ${earliest.at - now} ms before the time that a ${earliest.by} named`);
      notBefore.delete(key);
      const window = windows[line];
      if (!window) return;
      const seen = (times.get(line) ?? []).filter((time) => time > now - minute);
      const last = seen.at(-1) ?? Number.NEGATIVE_INFINITY;
      times.set(line, seen);
      seen.push(now);
      if (seen.length > window.limit)
        books.break(`${line}: ${seen.length} requests in a minute, ${window.limit} are allowed`);
      if (now - last < window.apart)
        books.break(`${line}: ${now - last} ms between two requests, ${window.apart} are due`);
    },
    refuse(line, client, route, trouble) {
      if (unheld.some((path) => route.endsWith(path))) return;
      const wait = askedWait(trouble, line);
      if (wait === undefined) return;
      const key = `${client} ${route}`;
      const at = clock.now() + wait;
      if (at > (notBefore.get(key)?.at ?? 0)) notBefore.set(key, { at, by: labelOf(trouble) });
    },
  };
}
