import { TipstreamError } from '../core/errors.ts';
import type { Hub } from './hub.ts';
import { createMemory } from './memory.ts';

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
    const id = idOf?.(event);
    const again = id === undefined ? undefined : (open.get(id) ?? (memory.has(id) ? Promise.resolve() : undefined));
    if (again) {
      hub.counters.duplicates += 1;
      return again;
    }
    let pending = true;
    const delivery = new Promise<void>((resolve, reject) => {
      const settle = (): string | undefined => {
        pending = false;
        if (id !== undefined) open.delete(id);
        return id;
      };
      const refuse = (): void => {
        settle();
        reject(nobody(hub.platform));
      };
      if (unwatched === 'reject' && hub.watchers === 0) return refuse();
      hub.counters.lastEventAt = hub.clock.now();
      hub.push(event, {
        taken() {
          if (settle() !== undefined) memory.add(id as string);
          resolve();
        },
        left() {
          if (unwatched !== 'reject') return false;
          refuse();
          return true;
        },
      });
    });
    if (pending && id !== undefined) open.set(id, delivery);
    // Whoever does not look at the answer is not punished with an unhandled rejection.
    delivery.catch(() => {});
    return delivery;
  };
}

const nobody = (platform: string): TipstreamError =>
  new TipstreamError({
    code: 'CONSUMER',
    platform,
    message: `${platform}: nobody watches, so the event was not taken; watch first, then deliver it again`,
    fatal: false,
    retryable: true,
  });
