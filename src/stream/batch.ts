import { TipstreamError } from '../core/errors.ts';
import type { Stop } from '../core/time.ts';
import { derive } from './derive.ts';
import type { EventStream } from './event-stream.ts';
import { originOf } from './origin.ts';
import { toStream } from './stream.ts';
import { createTicket, type Desk, hold, isLeft, leave, pass, refuse, release, type Ticket } from './ticket.ts';

/** When a batch is full. At least one of the two. */
export interface BatchOptions {
  /** How many events make a batch. */
  size?: number | undefined;
  /** A batch is delivered so many milliseconds after its first event at the latest. */
  within?: number | undefined;
}

/**
 * Events in groups, for a store that likes one write better than many. An event is taken when its batch is; what the last watcher
 * leaves is offered again event by event, and what waits when the source ends comes as a last, smaller batch.
 *
 * @throws {TipstreamError} `CONFIG` when neither `size` nor `within` is given, or when `size` is more than the source delivers
 * ahead of what is taken (256 for a polled one): such a batch would never fill.
 *
 * @example
 * ```ts
 * import { batch, createSource, seconds } from 'tipstream';
 * const source = createSource<string>({ platform: 'a' });
 * batch(source.stream, { size: 100, within: seconds(5) }).subscribe(async (events) => console.log(events.length));
 * ```
 */
export function batch<T>(stream: EventStream<T>, { size, within }: BatchOptions): EventStream<readonly T[]> {
  const wrong = fault(size, within, originOf(stream).ahead);
  if (wrong) throw new TipstreamError({ code: 'CONFIG', message: `batch: ${wrong}` });
  const most = size ?? Number.POSITIVE_INFINITY;
  return toStream(
    derive<T, readonly T[]>(
      [stream],
      (self) => {
        let events: T[] = [];
        let tickets: (Ticket | undefined)[] = [];
        let sequence = 0;
        let stopped = false;
        let timer: Stop | undefined;

        /** The desk of one batch: what becomes of it becomes of its events. */
        const deskOf = (members: readonly (Ticket | undefined)[]): Desk => ({
          patient: members[0]?.desk.patient ?? false,
          get counting() {
            return stopped ? 0 : self.counting;
          },
          get generation() {
            return self.generation;
          },
          settled(ticket) {
            const fate = ticket.left === 'refused' ? refuse : isLeft(ticket) ? leave : pass;
            for (const member of members) fate(member);
          },
          stalled: (label, heldMs) => members[0]?.desk.stalled(label, heldMs),
          behind: (label, waiting) => members[0]?.desk.behind(label, waiting),
        });

        const flush = (): void => {
          timer?.();
          timer = undefined;
          if (events.length === 0) return;
          const full = events;
          const members = tickets;
          events = [];
          tickets = [];
          const ticket = self.counting > 0 ? createTicket(deskOf(members), full, sequence++) : undefined;
          // Observers have seen every event of it.
          if (ticket) ticket.again = members.every((member) => member?.again);
          self.give(full, ticket);
          if (ticket) release(ticket);
          else members.forEach(leave);
        };

        return {
          stateful: true,
          next(event, ticket) {
            hold(ticket);
            events.push(event);
            tickets.push(ticket);
            if (events.length >= most) flush();
            else if (within !== undefined) timer ??= self.clock.after(within, flush);
          },
          end(error) {
            flush();
            self.end(error);
          },
          stop() {
            stopped = true;
            timer?.();
            tickets.forEach(leave);
          },
        };
      },
      {
        ahead: (ahead) =>
          ahead < Number.POSITIVE_INFINITY ? Math.max(1, Math.floor(ahead / Math.min(most, ahead))) : ahead,
      },
    ),
  );
}

/** What is wrong with the options, if anything. */
function fault(size: number | undefined, within: number | undefined, ahead: number): string | undefined {
  if (size === undefined && within === undefined) return 'it would never be full; give size, or within, or both';
  if (size !== undefined && !(Number.isInteger(size) && size > 0))
    return `${size} is no size; give a whole number from 1 on`;
  if (within !== undefined && !(within > 0)) return `within ${within} ms is no time; give more than 0`;
  if (size !== undefined && size > ahead)
    return `${size} events would never come together, the source waits once ${ahead} are not taken; give a smaller size`;
  return undefined;
}
