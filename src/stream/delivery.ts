import { TipstreamError } from '../core/errors.ts';
import type { Hub } from './hub.ts';
import { createMemory } from './memory.ts';
import type { TicketOwner } from './ticket.ts';

/** How events are put into a source. */
export interface DeliveryOptions<T> {
  /** The id of an event. With it, a re-delivery is dropped, and answered like the delivery that it repeats. */
  id?: ((event: T) => string | undefined) | undefined;
  /** What happens to an event that nobody watches: it waits, or is answered with `CONSUMER`. */
  unwatched?: 'keep' | 'reject' | undefined;
}

/** Puts an event into a source; resolves when every watcher took it. */
export function createDelivery<T>(
  hub: Hub<T>,
  { id: idOf, unwatched }: DeliveryOptions<T>,
): (event: T) => Promise<void> {
  const memory = createMemory();
  /** Deliveries under way, by id: a re-delivery waits for the same answer. */
  const open = new Map<string, Promise<void>>();
  return (event) => {
    // An empty id tells nothing apart.
    const id = idOf?.(event) || '';
    const again = open.get(id) ?? (memory.has(id) ? Promise.resolve() : undefined);
    if (again) {
      hub.counters.duplicates += 1;
      return again;
    }
    const refuses = unwatched === 'reject';
    let owner: TicketOwner | undefined;
    const delivery = new Promise<void>((resolve, reject) => {
      const taken = (): void => {
        open.delete(id);
        if (id) memory.add(id);
        resolve();
      };
      const left = (): true => {
        open.delete(id);
        reject(nobody(hub.platform));
        return true;
      };
      if (refuses && hub.watchers === 0) left();
      else owner = { taken, left: refuses ? left : undefined };
    });
    // Whoever does not look at the answer is not punished with an unhandled rejection.
    delivery.catch(() => {});
    if (owner) {
      if (id) open.set(id, delivery);
      hub.counters.lastEventAt = hub.clock.now();
      hub.push(event, owner);
    }
    return delivery;
  };
}

/** Whoever delivered it has to know. */
export const nobody = (platform: string): TipstreamError =>
  new TipstreamError({
    code: 'CONSUMER',
    platform,
    message: `${platform}: nobody watches, so the event was not taken; watch first, then deliver it again`,
    fatal: false,
    retryable: true,
  });
