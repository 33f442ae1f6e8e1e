import type { Hub } from '../../stream/hub.ts';
import { createMemory } from '../../stream/memory.ts';
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
  /** By the id of a tip in hand, the other entries that hold the same. */
  const twins = new Map<string, string[]>();

  return {
    entries: () => [...held],
    deliver(entry, fields) {
      if (held.has(entry)) return;
      const tip = readEntry(fields);
      if (!('amount' in tip)) {
        hub.emit('invalid', { platform: hub.platform, ...tip });
        return done(entry);
      }
      const { id } = tip;
      const twin = twins.get(id);
      if (twin || memory.has(id)) {
        hub.counters.duplicates += 1;
        if (!twin) return done(entry);
        held.add(entry);
        twin.push(entry);
        return;
      }
      const all = [entry];
      held.add(entry);
      twins.set(id, all);
      const letGo = (): void => {
        twins.delete(id);
        for (const each of all) held.delete(each);
      };
      hub.push(tip, {
        taken() {
          letGo();
          memory.add(id);
          all.forEach(done);
        },
        // It stays with Redis, and comes first when somebody watches again.
        left() {
          letGo();
          return true;
        },
      });
    },
  };
}
