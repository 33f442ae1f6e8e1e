import type { Hub } from '../../stream/hub.ts';
import { createMemory } from '../../stream/memory.ts';
import type { Ticket } from '../../stream/ticket.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { readEntry } from './entry.ts';

/** What a consumer has in its hands: entries whose tips were offered and are not taken. */
export interface Hand {
  /** The ids of its entries, oldest first. */
  entries(): string[];
  has(entry: string): boolean;
  /** Offers what an entry holds, unless it is in hand, or was taken before. */
  deliver(entry: string, fields: unknown): void;
}

/** A tip came in by `deliver`, so it has one. */
const idOf = (event: unknown): string => String(Object(event).id);

/** @param done - An entry was taken, or is nothing to be taken. */
export function createHand(hub: Hub<TipEvent>, done: (entry: string) => void): Hand {
  const memory = createMemory();
  const held = new Set<string>();
  /** By the id of a tip in hand, the entries that hold it: more than one where it stands in the stream twice. */
  const open = new Map<string, string[]>();

  const letGo = (id: string): readonly string[] => {
    const entries = open.get(id) ?? [];
    open.delete(id);
    for (const entry of entries) held.delete(entry);
    return entries;
  };
  /** One for all: it looks the entry up by what the ticket is for. */
  const owner = {
    taken({ event }: Ticket) {
      const id = idOf(event);
      const entries = letGo(id);
      memory.add(id);
      entries.forEach(done);
    },
    left({ event, passed }: Ticket) {
      // Somebody took it and watches on: it waits here for the next one, with what comes after it, and is not told to that one again.
      if (passed && hub.counting > 0) return false;
      // It stays with Redis, and comes first when somebody watches again.
      letGo(idOf(event));
      return true;
    },
  };

  return {
    entries: () => [...held],
    has: (entry) => held.has(entry),
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
