import type { Hub } from './hub.ts';
import { createMemory } from './memory.ts';
import type { Received } from './pages.ts';
import type { TicketOwner } from './ticket.ts';
import { randomId } from './tip-wire.ts';

/** An event on its way to its watchers. */
interface Carried<E> extends Received<E>, TicketOwner {}

/**
 * Hands events to the watchers of a source that nobody asks for them; one whose id came before is dropped.
 *
 * @param remembers - How many ids are remembered at least.
 */
export function createCarrier<E>(hub: Hub<Received<E>>, remembers?: number): (event: E, id?: string) => void {
  const memory = createMemory(remembers);
  /** Offered and not yet taken. */
  const open = new Set<string>();
  function taken(this: Received<E>): void {
    open.delete(this.id);
    // Looked for when it came; what came again meanwhile was found in `open`.
    memory.keep(this.id);
  }
  return (event, id = randomId()) => {
    if (open.has(id) || memory.has(id)) {
      hub.counters.duplicates += 1;
      return;
    }
    open.add(id);
    const at = hub.clock.now();
    hub.counters.lastEventAt = at;
    const carried: Carried<E> = { event, id, at, taken };
    hub.push(carried, carried);
  };
}
