import { TipstreamError } from '../core/errors.ts';
import type { StreamStats } from './event-stream.ts';
import { createMemory } from './memory.ts';
import { overlapOf } from './overlap.ts';
import type { Received } from './pages.ts';
import type { Batch, PollOptions } from './poll-options.ts';
import type { Saved } from './saved.ts';
import { randomId } from './tip-wire.ts';

/** Tells what of an answer is new, and gives each event its id. */
export interface Reading<E> {
  /** The last page of an overlapping source, masked, each event as text. */
  readonly window: readonly string[];
  /** The id of the last event that was committed of the page that comes again after a restart. */
  readonly resumeAfter: string | undefined;
  /** Nothing was asked before, so the first answer may hold what happened before the start. */
  readonly cold: boolean;
  /** When somebody first watched, Unix time in milliseconds. */
  since: number;
  read(batch: Batch<E>): Received<E>[];
  /** Goes on where the last process stopped: what it kept is known, should upstream give it again. */
  resume(saved: Saved<E>): void;
  /** Begins anew. Ids stay known: what still waits for a watcher is not given twice. */
  forget(): void;
}

/** What reading tells beside its result. */
export interface ReadingEars {
  readonly counters: StreamStats;
  gap(gap: { reason: string }): void;
  report(error: TipstreamError): void;
}

export function createReading<E>(options: PollOptions<E>, ears: ReadingEars): Reading<E> {
  const { platform, drains, overlap, clock, eventId, eventTime } = options;
  const write = options.text ?? ((event: E) => JSON.stringify(options.mask ? options.mask(event) : event));
  /** An event that is nested too deep to be written is like no other. */
  const text = (event: E): string => {
    try {
      return write(event);
    } catch {
      return randomId();
    }
  };
  const backlog = options.backlog ?? (options.checkpoint || drains ? 'deliver' : 'skip');
  const memory = createMemory();
  let repeats = 0;
  let lastPage = '';

  /** How many events at the start of a sliding window were in the previous one. */
  const known = (events: readonly E[]): number => {
    if (events.length === 0) return 0;
    const texts = events.map(text);
    const length = overlapOf(self.window, texts);
    if (length === 0 && self.window.length > 0) ears.gap({ reason: 'window' });
    self.window = texts;
    return length;
  };

  /** A draining endpoint that answers the same three times running is none. Events with ids need no such guess. */
  const lookForRepeats = (events: readonly E[]): void => {
    const first = events[0];
    if (first === undefined || eventId?.(first) !== undefined) return;
    const page = events.map(text).join();
    repeats = page === lastPage ? repeats + 1 : 1;
    lastPage = page;
    if (repeats === 3)
      ears.report(
        new TipstreamError({
          code: 'UPSTREAM',
          platform,
          message: `${platform}: this endpoint repeats itself; set overlap: true if it shows a sliding window`,
        }),
      );
  };

  /** When the stream was started, on the server's clock. In whole seconds, as some upstreams count: rather an old tip than none. */
  const beginning = ({ serverDate, elapsedMs }: Batch<E>, at: number): number => {
    // Without the server's clock (a page may not read the header), only an answer that came at once can hold what is old.
    if (backlog === 'deliver' || (serverDate === undefined && elapsedMs >= 1000)) return Number.NEGATIVE_INFINITY;
    const ago = at - Math.min(self.since, at - elapsedMs);
    return Math.floor(((serverDate ?? at) - ago) / 1000) * 1000;
  };

  /** The page that was under way at the last stop comes again: what was committed of it is not new. */
  const afterResumed = (list: Received<E>[]): Received<E>[] => {
    if (self.resumeAfter === undefined || list.length === 0) return list;
    const at = list.findIndex((received) => received.id === self.resumeAfter);
    self.resumeAfter = undefined;
    ears.counters.duplicates += at + 1;
    return list.slice(at + 1);
  };

  const self: { -readonly [Key in keyof Reading<E>]: Reading<E>[Key] } = {
    window: [],
    resumeAfter: undefined,
    cold: true,
    since: Number.POSITIVE_INFINITY,
    read(batch) {
      const at = clock.now();
      const began = self.cold ? beginning(batch, at) : Number.NEGATIVE_INFINITY;
      self.cold = false;
      if (drains && !overlap) lookForRepeats(batch.events);
      // Never made of content: equal tips are two tips, and a hash of a name is the name.
      let page: string | undefined;
      const list: Received<E>[] = [];
      for (let index = overlap ? known(batch.events) : 0; index < batch.events.length; index += 1) {
        const event = batch.events[index] as E;
        const upstream = eventId?.(event);
        if (upstream === undefined) page ??= randomId();
        const id = upstream ?? `${page}-${index}`;
        if (upstream !== undefined && !memory.add(id)) {
          ears.counters.duplicates += 1;
          continue;
        }
        if (began === Number.NEGATIVE_INFINITY || (eventTime?.(event) ?? began) >= began) list.push({ event, id, at });
        else if (backlog === 'mark') list.push({ event, id, at, backlog: true });
      }
      return afterResumed(list);
    },
    resume({ taken, window, page }) {
      self.resumeAfter = taken;
      self.window = window ?? [];
      self.cold = false;
      for (const { id } of page ?? []) memory.add(id);
    },
    forget() {
      self.window = [];
      self.resumeAfter = undefined;
      self.cold = true;
    },
  };
  return self;
}
