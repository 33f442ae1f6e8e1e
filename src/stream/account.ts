import { TipstreamError } from '../core/errors.ts';
import { type Stop, seconds } from '../core/time.ts';
import { type CheckpointOption, createCheckpoint } from './checkpoint.ts';
import { broke, derive } from './derive.ts';
import type { EventStream } from './event-stream.ts';
import { originOf } from './origin.ts';
import { toStream } from './stream.ts';
import { hold, isLeft, leave, pass, type Ticket } from './ticket.ts';
import type { TipEvent } from './tip-event.ts';
import type { Derived } from './wiring.ts';

/**
 * How many ids are kept and written down beside a sum, and with them those of all tips that are not taken yet, however many. More than
 * can wait behind a refused tip, because all of these come again after a crash.
 */
const idsKept = 12_000;

/** A sum that tips are added to. */
export interface Sum<T> {
  add(tip: TipEvent): void;
  /** What the watchers get. */
  show(): T;
  /** Plain JSON for a store. */
  save(): unknown;
  /** Takes up what was saved. `false`: it is nothing of ours. */
  load(saved: unknown): boolean;
  /** There is something to show before the first tip. */
  readonly begun: boolean;
}

export interface AccountOptions<T> {
  /** Names it in errors and in the store. */
  name: string;
  sum: Sum<T>;
  store?: CheckpointOption | undefined;
}

/**
 * Adds up tips, each once: the sum remembers the ids that it includes, in the store too. With a store, a tip is taken once a sum
 * that includes it is written down.
 */
export function account<T>(stream: EventStream<TipEvent>, { name, sum, store }: AccountOptions<T>): EventStream<T> {
  const { clock, platform } = originOf(stream);
  /** What is in the sum; the last last. Of what was taken up from the store, no ticket is known. */
  let ids = new Map<string, Ticket | undefined>();
  /** At so many it is looked which were taken: as long as its ticket is known, a tip and the answer that it came with stay in memory. */
  let most = 1_000;
  let loaded = store === undefined;
  let loading = false;
  let retry: Stop | undefined;
  /** Present while somebody watches. */
  let open = false;
  let self: Derived<T> | undefined;
  /** Came before the stored sum did. */
  const early: [tip: TipEvent, ticket: Ticket | undefined][] = [];
  /** Included in the sum, but in none that is written down. */
  let unsaved: (Ticket | undefined)[] = [];
  let writing: (Ticket | undefined)[] = [];
  let changes = 0;
  let saved = 0;
  let snapped = 0;
  let touched = false;

  const failed = (cause: unknown): void => {
    const message = `${name}: the store fails, so no tip counts as taken until it works: ${Object(cause).message}`;
    self?.emit('error', new TipstreamError({ code: 'STORE', platform, message, cause }));
  };

  /** What can come again. What is sure to is at the end, from where it is forgotten last. */
  const repeatable = (): typeof ids => {
    const open: [string, Ticket | undefined][] = [];
    const taken: typeof open = [];
    for (const [id, ticket] of ids)
      if (ticket && (ticket.holds > 0 || isLeft(ticket))) open.push([id, ticket]);
      else taken.push([id, undefined]);
    return new Map([...taken.slice(-idsKept), ...open]);
  };

  const checkpoint =
    store &&
    createCheckpoint({
      platform,
      option: store,
      key: `tipstream:${name}:${platform}`,
      clock,
      snapshot() {
        snapped = changes;
        writing = unsaved;
        unsaved = [];
        return { v: 1, sum: sum.save(), ids: [...repeatable().keys()] };
      },
      kept() {
        saved = snapped;
        writing.splice(0).forEach(pass);
      },
      failed(error) {
        unsaved = [...writing.splice(0), ...unsaved];
        failed(error.cause);
      },
    });

  /** A page comes in one go and is one write. */
  const touch = (): void => {
    if (touched) return;
    touched = true;
    queueMicrotask(() => {
      if (touched) checkpoint?.touch();
      touched = false;
    });
  };

  const count = (tip: TipEvent, ticket: Ticket | undefined): void => {
    if (tip.test) return;
    const known = ids.has(tip.id);
    if (!known) {
      sum.add(tip);
      changes += 1;
    }
    ids.delete(tip.id);
    ids.set(tip.id, ticket);
    if (ids.size >= most) {
      ids = repeatable();
      most = ids.size + 1_000;
    }
    if (checkpoint && saved < changes) {
      hold(ticket);
      unsaved.push(ticket);
      touch();
    }
    if (!known) self?.give(sum.show(), ticket);
    else if (self) self.counters.duplicates += 1;
  };

  /** What there is before the next tip. */
  const shown = (): T | undefined => (loaded && sum.begun ? sum.show() : undefined);

  const takeUp = (value: unknown): void => {
    if (value === undefined || value === null) return;
    const { v, sum: state, ids: known } = value as { v?: unknown; sum?: unknown; ids?: unknown };
    if (v !== 1 || !Array.isArray(known) || !sum.load(state))
      throw new Error('under this key is something that it did not write; give another key');
    ids = new Map(known.map((id) => [id, undefined]));
    // What a crash left may come late, behind much that is new.
    most = 2 * Math.max(ids.size, idsKept);
  };

  const load = async (wait = 1): Promise<void> => {
    loading = true;
    retry = undefined;
    try {
      takeUp(await checkpoint?.load());
      loaded = true;
    } catch (cause) {
      failed(cause);
      if (open) retry = clock.after(seconds(wait), () => void load(Math.min(2 * wait, 30)));
    }
    loading = false;
    if (!loaded || !open) return;
    const before = shown();
    if (before !== undefined) self?.give(before, undefined);
    // One by one: what fails may end it, and the rest is then left.
    for (let next = early.shift(); next; next = early.shift()) {
      const [tip, ticket] = next;
      try {
        count(tip, ticket);
      } catch (cause) {
        if (self) broke(self, ticket, cause);
      }
      pass(ticket);
    }
  };

  /** Writes down what is not, and gives back what cannot be. */
  const settle = async (): Promise<void> => {
    if (!checkpoint || !loaded) return;
    if (saved < changes) {
      touched = false;
      checkpoint.touch();
      await (open ? checkpoint.flush() : checkpoint.close());
    }
    if (!open) unsaved.splice(0).forEach(leave);
  };

  return toStream(
    derive<TipEvent, T>(
      [stream],
      (derived) => {
        self = derived;
        open = true;
        checkpoint?.open();
        if (!loaded && !loading) void load();
        return {
          next(tip, ticket) {
            if (loaded) return count(tip, ticket);
            hold(ticket);
            early.push([tip, ticket]);
          },
          greet: shown,
          stop() {
            open = false;
            retry?.();
            for (const [, ticket] of early.splice(0)) leave(ticket);
            void settle();
          },
        };
      },
      { settle },
    ),
  );
}
