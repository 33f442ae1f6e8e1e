import type { Hub } from '../../stream/hub.ts';
import { createMemory } from '../../stream/memory.ts';
import type { Ticket } from '../../stream/ticket.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { readEntry } from './entry.ts';

/** What a consumer has in its hands: entries whose tips were offered and are not taken. */
export interface Hand {
  /** The ids of its entries, oldest first. */
  entries(): string[];
  /** Offers what an entry holds, unless it is in hand, or was taken before. */
  deliver(entry: string, fields: unknown): void;
}

/** @param done - An entry was taken, or is nothing to be taken. */
export function createHand(hub: Hub<TipEvent>, done: (entry: string) => void): Hand {
  const memory = createMemory();
  const held = new Set<string>();
  /** By the id of a tip in hand, the entries that hold it: more than one where it stands in the stream twice. */
  const open = new Map<string, string[]>();

  const letGo = ({ event }: Ticket): { id: string; entries: readonly string[] } => {
    const { id } = event as TipEvent;
    const entries = open.get(id) ?? [];
    open.delete(id);
    for (const entry of entries) held.delete(entry);
    return { id, entries };
  };
  /** One for all: it looks the entry up by what the ticket is for. */
  const owner = {
    taken(ticket: Ticket) {
      const { id, entries } = letGo(ticket);
      memory.add(id);
      entries.forEach(done);
    },
    // It stays with Redis, and comes first when somebody watches again.
    left(ticket: Ticket) {
      letGo(ticket);
      return true;
    },
  };

  return {
    entries: () => [...held],
    deliver(entry, fields) {
      if (held.has(entry)) return;
      const tip = readEntry(fields);
      if (!('amount' in tip)) {
        hub.emit('invalid', { platform: hub.platform, ...tip });
        return done(entry);
      }
      const twins = open.get(tip.id);
      if (twins || memory.has(tip.id)) {
        hub.counters.duplicates += 1;
        if (!twins) return done(entry);
        held.add(entry);
        twins.push(entry);
        return;
      }
      held.add(entry);
      open.set(tip.id, [entry]);
      hub.push(tip, owner);
    },
  };
}
