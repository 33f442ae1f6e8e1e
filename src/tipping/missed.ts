import type { AllOptions } from '../core/page.ts';
import { type Clock, minutes } from '../core/time.ts';
import type { TippingTip, TipReceived } from './models.ts';
import { eventTime } from './normalize.ts';

/** What is asked to find out what was missed. */
export interface MissedParts {
  clock: Clock;
  /** The tips of the stream, a page after the other. */
  ask(options: AllOptions): AsyncIterable<TippingTip>;
  /** The name of somebody, where that can be asked. */
  nameOf?: ((userId: string) => Promise<string>) | undefined;
}

/** What was missed, oldest first. */
export interface Missed {
  events: TipReceived[];
  /** Nothing is missing. */
  complete: boolean;
}

/** So far may the clock of the platform be from ours. What comes twice by it is dropped by its id. */
const slack = minutes(1);
/** A longer list is no gap that can be filled. */
const most = 2_000;
/** So many names are asked for at most; the others stay ids. */
const names = 20;

/** Fetches the tips that were given while nobody listened (TP-30), in the words of the socket. */
export function missedTips({ ask, nameOf }: MissedParts) {
  const known = new Map<string, string>();

  const name = async (id: string): Promise<void> => {
    try {
      const found = await nameOf?.(id);
      if (found) known.set(id, found);
    } catch {
      // Without a name the id says at least who gave twice (TP-31).
    }
  };

  /** @param since - What was given before is not asked about: nobody watched then. */
  return async (streamId: string, from: number, since: number, signal: AbortSignal): Promise<Missed> => {
    const start = Math.max(from - slack, since - 1_000);
    const found: [at: number, tip: TippingTip][] = [];
    let before = Number.POSITIVE_INFINITY;
    let falling = true;
    let count = 0;
    for await (const tip of ask({ signal, max: most })) {
      const at = eventTime(tip) ?? Number.POSITIVE_INFINITY;
      count += 1;
      if (at > before) falling = false;
      before = at;
      if (at >= start) found.push([at, tip]);
      // The newest come first, so everything from here on is older.
      else if (falling && count > 1) break;
    }
    // Of two that were given in the same moment, the list knows which was first.
    if (falling) found.reverse();
    const strangers = new Set(found.map(([, tip]) => tip.from_user_id).filter((id) => !known.has(id)));
    await Promise.all([...strangers].slice(0, names).map(name));
    const events = found
      .sort(([one], [other]) => one - other)
      .map(
        ([, tip]): TipReceived => ({
          type: 'tip_received',
          stream_id: streamId,
          tip: {
            id: tip.id,
            from_user: known.get(tip.from_user_id) ?? tip.from_user_id,
            from_user_id: tip.from_user_id,
            tokens: tip.tokens,
            message: tip.message,
            is_private: tip.is_private,
          },
          timestamp: tip.created_at,
        }),
      );
    return { events, complete: count < most };
  };
}
