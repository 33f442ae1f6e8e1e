import { type Clock, minutes, type Stop, seconds } from '../../core/time.ts';
import { hold, leave, pass, release, type Ticket } from '../../stream/ticket.ts';
import type { Gift } from '../normalize.ts';
import type { Account, Ledger } from './ledger.ts';

/** A streak whose end has not come: its largest frame so far. */
interface Open {
  gift: Gift;
  ticket: Ticket | undefined;
  at: number;
  stop: Stop;
}

/** What the streaks are told, and what they tell. */
export interface Streaks {
  /** `false`: it came before, and says nothing new. */
  take(gift: Gift, ticket: Ticket | undefined): boolean;
  /** Counts every open streak as it is. */
  closeAll(): void;
  /** The watchers are gone: open streaks wait for the next. */
  leaveAll(): void;
}

/** Frames of one streak may come in another order within this time, in milliseconds. */
const disorder = seconds(1);
/** So long after a streak fell silent its end is still believed to be its own, where no group says so. */
const lateEnd = minutes(1);
/** More streaks are never open at once. */
const mostOpen = 10_000;

/** Whose streak of what. */
const keyOf = ({ streak, userId, uniqueId, giftId, name, groupId, msgId }: Gift): string | undefined => {
  if (!streak) return msgId;
  return JSON.stringify([userId ?? uniqueId, String(giftId ?? name), groupId ?? '']);
};

/** Whether a frame without a group belongs to the streak that was counted last (TT-49). */
const isOfLast = (
  { closedAt, quiet, paid }: Account,
  { ended, at, count }: Gift,
  happened: number,
  silence: number,
): boolean =>
  // Where frames have times, an end that came late still happened soon. It counts no fewer than were counted.
  happened <= closedAt + (quiet && ended && count >= paid ? (at === undefined ? lateEnd : silence) : disorder);

/**
 * Puts the frames of streaks together (TT-46 to TT-50). Of each open streak one ticket is held, that of its largest frame.
 *
 * @param quiet - A streak without a frame for so long, in milliseconds, is counted as it is.
 * @param give - Told of a gift of which so many were counted before.
 */
export function createStreaks(
  { clock, quiet, ledger }: { clock: Clock; quiet: number; ledger: Ledger },
  give: (gift: Gift, paid: number, ticket: Ticket | undefined) => void,
): Streaks {
  const opens = new Map<string, Open>();

  const close = (key: string, lost: boolean): void => {
    const open = opens.get(key);
    if (!open) return;
    open.stop();
    opens.delete(key);
    const { gift, ticket, at } = open;
    give(gift, ledger.pay(key, gift, ticket, at, lost).from, ticket);
    release(ticket);
  };

  /** A frame of a streak. */
  const grow = (key: string, gift: Gift, ticket: Ticket | undefined): boolean => {
    const now = clock.now();
    // Clocks differ a little; a time far ahead is none, and would swallow what comes until then.
    const at = gift.at !== undefined && gift.at <= now + lateEnd ? gift.at : now;
    if (!gift.groupId) {
      if (ledger.came(gift, ticket)) return false;
      const open = opens.get(key);
      // It begins anew.
      if (open && gift.count < open.gift.count && at > open.at + disorder) close(key, true);
      const last = ledger.get(key);
      if (last && !opens.has(key) && !isOfLast(last, gift, at, quiet)) ledger.drop(key);
    }
    if (gift.count <= (ledger.get(key)?.paid ?? 0)) return false;
    const open = opens.get(key);
    open?.stop();
    const grown = !open || gift.count >= open.gift.count;
    if (grown) {
      hold(ticket);
      pass(open?.ticket);
    }
    opens.set(key, {
      ...(open && !grown ? open : { gift, ticket, at }),
      stop: clock.after(quiet, () => close(key, true)),
    });
    if (gift.ended) close(key, false);
    const [oldest] = opens.keys();
    if (opens.size > mostOpen && oldest !== undefined) close(oldest, true);
    return grown || gift.ended;
  };

  return {
    take(gift, ticket) {
      const key = keyOf(gift);
      const before = key === undefined ? undefined : ledger.again(key, ticket);
      if (before) {
        give({ ...gift, count: before.to }, before.from, ticket);
        return true;
      }
      if (gift.streak) return grow(key ?? '', gift, ticket);
      if (key !== undefined) {
        if (ledger.get(key)) return false;
        ledger.pay(key, gift, ticket, gift.at ?? clock.now(), false);
      }
      give(gift, 0, ticket);
      return true;
    },
    closeAll() {
      for (const key of [...opens.keys()]) close(key, true);
    },
    leaveAll() {
      for (const { stop, ticket } of opens.values()) {
        stop();
        leave(ticket);
      }
      opens.clear();
    },
  };
}
