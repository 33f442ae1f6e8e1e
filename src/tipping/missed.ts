import type { Meta } from '../core/caller.ts';
import type { CallOptions } from '../core/options.ts';
import type { Page } from '../core/page.ts';
import { type Clock, days, minutes } from '../core/time.ts';
import { readDate } from '../core/timestamp.ts';
import type { PageInput } from './manner.ts';
import type { TippingTip, TipReceived } from './models.ts';
import { eventTime } from './normalize.ts';

/** What is asked to find out what was missed. */
export interface MissedParts {
  clock: Clock;
  /** One page of the tips of the stream. */
  ask(input: PageInput, options: CallOptions): Promise<{ data: Page<TippingTip>; meta: Pick<Meta, 'headers'> }>;
  /** The name of somebody, where that can be asked. */
  nameOf?: ((userId: string) => Promise<string>) | undefined;
}

/** What was missed, oldest first. */
export interface Missed {
  events: TipReceived[];
  /** Nothing is missing. */
  complete: boolean;
}

/** What a stream knows of what it may miss. */
export interface Missing {
  /** An event came just now; its time tells how the clock of the platform goes. */
  heard(at: number | undefined): void;
  /**
   * Fetches the tips that were given while nobody listened (TP-30), in the words of the socket. Times are Unix milliseconds of
   * our own clock.
   *
   * @param since - What was given before is not asked about: nobody watched then.
   */
  fetch(streamId: string, from: number, since: number, signal: AbortSignal): Promise<Missed>;
}

/** A time in whole seconds, and a message on its way: so much is not to be told apart. */
const slack = minutes(1);
const second = 1_000;
const limit = 100;
/** A longer list is no gap that can be filled. */
const most = 2_000;
/** A room may be so busy that a page holds only what was on the one before; so many in a row are a list that goes in a circle. */
const staleInRow = 5;
/** So many names are asked for at most; the others stay ids. */
const names = 20;

/** The next page, where the answer names it, or where it is as long as was asked for and says nothing of pages at all. */
function after(
  { next, items, total, pages, upstream, until = 0 }: Page<TippingTip>,
  input: PageInput,
  stale: number,
): PageInput | undefined {
  if (next) return { ...input, ...next };
  const silent = (total ?? pages ?? upstream?.has_more) === undefined;
  const { page = 1 } = input;
  const more = page < until || upstream?.has_more === true || (silent && !stale && items.length === limit);
  return more ? { ...input, page: page + 1 } : undefined;
}

/** Finds out what one stream missed. */
export function createMissing({ clock, ask, nameOf }: MissedParts): Missing {
  const known = new Map<string, string>();
  /** How far the clock of the platform is ahead of ours, by its events and by its answers. */
  let told: number | undefined;
  let dated: number | undefined;

  const name = async (id: string): Promise<void> => {
    try {
      const found = await nameOf?.(id);
      if (found) known.set(id, found);
    } catch {
      // Without a name the id says at least who gave twice (TP-31).
    }
  };
  const said = (streamId: string, tip: TippingTip): TipReceived => ({
    type: 'tip_received',
    stream_id: streamId,
    tip: {
      // With whatever else it says, e.g. that its giver stays unnamed.
      ...tip,
      from_user: known.get(tip.from_user_id) ?? tip.from_user_id,
    },
    timestamp: tip.created_at,
  });

  return {
    heard(at) {
      // Events are late, never early: the least late one is nearest to the truth.
      // One that is far ahead is a mistake: everything that was missed would count as old.
      const ahead = (at ?? Number.NaN) - clock.now();
      if (ahead < days(1)) told = Math.max(told ?? Number.NEGATIVE_INFINITY, ahead);
    },
    async fetch(streamId, from, since, signal) {
      const found: [at: number, tip: TippingTip][] = [];
      const seen = new Set<string>();
      let before = Number.POSITIVE_INFINITY;
      let falling = true;
      let old = false;
      let agree = true;
      let again = false;
      /** Pages in a row with nothing new. */
      let stale = 0;
      let input: PageInput | undefined = { limit };
      while (input && !(old && falling) && seen.size < most && stale < staleInRow) {
        const { data, meta } = await ask(input, { signal });
        const date = readDate(meta.headers.get('date') ?? '');
        const earlier = dated;
        // A date has no fractions: the middle of its second is nearest.
        if (date !== undefined) dated = date + second / 2 - clock.now();
        const ahead = dated ?? told ?? 0;
        // Who stamps answers may have another clock than who stamps tips, and an answer may come from a cache. Where no event has told the
        // time yet, our own clock may bear it out, or the answer before.
        const witnesses = told === undefined ? [0, earlier ?? 0] : [told];
        const borne = witnesses.some((witness) => Math.abs(witness - ahead) <= slack);
        if (!borne && !again) {
          again = true;
          continue;
        }
        // Otherwise nobody can say which tips are old.
        agree &&= borne;
        const other = told ?? (borne ? ahead : 0);
        const start = Math.max(from - slack + Math.min(ahead, other), since - second + ahead);
        const fresh = data.items.filter(({ id }) => !seen.has(id));
        for (const tip of fresh) {
          const at = eventTime(tip) ?? Number.POSITIVE_INFINITY;
          seen.add(tip.id);
          if (at > before) falling = false;
          before = at;
          if (at >= start) found.push([at, tip]);
          // Where the newest come first, everything from here on is older.
          else old = seen.size > 1;
        }
        stale = fresh.length > 0 ? 0 : stale + 1;
        input = after(data, input, stale);
      }
      // Of two that were given in the same moment, the list knows which was first.
      if (falling) found.reverse();
      const strangers = new Set(found.map(([, tip]) => tip.from_user_id).filter((id) => !known.has(id)));
      await Promise.all([...strangers].slice(0, names).map(name));
      return {
        events: found.sort(([one], [other]) => one - other).map(([, tip]) => said(streamId, tip)),
        // Without a clock of the platform nobody can say which tips are old.
        complete: agree && stale < staleInRow && seen.size < most && (dated ?? told) !== undefined,
      };
    },
  };
}
