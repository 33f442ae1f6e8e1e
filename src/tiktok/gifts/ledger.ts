import { createMemory } from '../../stream/memory.ts';
import type { Ticket } from '../../stream/ticket.ts';
import type { Gift } from '../normalize.ts';

/** A part of a streak that became a tip: of its gifts those after `from`, up to `to`. */
export interface Payment {
  /** The frame that it came with; `undefined` where only observers saw it. */
  readonly sequence: number | undefined;
  readonly from: number;
  readonly to: number;
}

/** What is known of a streak, or of a gift that came alone. */
export interface Account {
  /** So many gifts are counted. */
  paid: number;
  /** When its last frame happened, Unix time in milliseconds. */
  closedAt: number;
  /** Its end was not seen. */
  quiet: boolean;
  payments: readonly Payment[];
}

/** What was counted, exactly and within a bound. */
export interface Ledger {
  get(key: string): Account | undefined;
  /** Forgets an account: what comes under its key is another streak. */
  drop(key: string): void;
  /** Writes down that a gift became a tip, of `from` gifts on. */
  pay(key: string, gift: Gift, ticket: Ticket | undefined, at: number, quiet: boolean): Payment;
  /** The payment of a frame that is offered once more, because a watcher left it. */
  again(key: string, ticket: Ticket | undefined): Payment | undefined;
  /** Whether a frame came before, by its own id. Remembers it. */
  came(gift: Gift, ticket: Ticket | undefined): boolean;
}

/** At least so many streaks are remembered after their end. */
const remembered = 10_000;

export function createLedger(): Ledger {
  let young = new Map<string, Account>();
  let old = new Map<string, Account>();
  const frames = createMemory(remembered);
  const ledger: Ledger = {
    get: (key) => young.get(key) ?? old.get(key),
    drop(key) {
      young.delete(key);
      old.delete(key);
    },
    pay(key, { count: to }, ticket, at, quiet) {
      const { paid: from = 0, payments = [] } = ledger.get(key) ?? {};
      const payment: Payment = { sequence: ticket?.sequence, from, to };
      if (young.size >= remembered) {
        old = young;
        young = new Map();
      }
      young.set(key, { paid: to, closedAt: at, quiet, payments: [...payments.slice(-8), payment] });
      return payment;
    },
    again: (key, ticket) => ticket && ledger.get(key)?.payments.find(({ sequence }) => sequence === ticket.sequence),
    came({ msgId, count, ended }, ticket) {
      if (!msgId) return false;
      const id = `${msgId} ${count} ${ended}`;
      if (frames.has(id)) return !ticket?.again;
      frames.add(id);
      return false;
    },
  };
  return ledger;
}
