import { TipstreamError } from '../../core/errors.ts';
import type { Limiter } from '../../core/limiter.ts';
import type { CheckpointStore } from '../../stream/checkpoint-store.ts';
import type { Fence } from '../redis/fence.ts';

/** What `open` is given beside the channel: a client that is made with it asks and writes only as long as the channel is this worker's. */
export interface Lease {
  /** Where the stream keeps how far it came: the option `checkpoint` of a client. Each channel has a place of its own. */
  readonly checkpoint: CheckpointStore;
  /** Counts the calls, of the whole fleet where `work` was given a limiter that is shared, and lets none through after the lease: the option `limiter` of a client. */
  readonly limiter: Limiter;
  /** Aborts when the channel is let go. */
  readonly signal: AbortSignal;
  /** The proof of the lease, for what you write to Redis yourself. */
  readonly fence: Fence;
}

/** A lease as its worker holds it. */
export interface HeldLease extends Lease {
  /** Nothing is asked any more. */
  end(): void;
}

/** The lease of one channel: its limiter refuses and its signal aborts from `end()` on. */
export function createLease(fence: Fence, checkpoint: CheckpointStore, limiter: Limiter): HeldLease {
  const controller = new AbortController();
  const { signal } = controller;
  const over = (): TipstreamError =>
    new TipstreamError({
      code: 'ABORTED',
      platform: 'fleet',
      message: 'fleet: not asked, this channel was let go; close the client that open() made',
      sent: 'no',
    });
  return {
    fence,
    checkpoint,
    signal,
    limiter: {
      async acquire(key, rateClass, options) {
        const slot = await limiter.acquire(key, rateClass, options);
        // It may have waited for long: what counts is whose the channel is when the call goes.
        if (!signal.aborted) return slot;
        slot.release();
        throw over();
      },
      state: (key) => limiter.state(key),
    },
    end: () => controller.abort(over()),
  };
}
