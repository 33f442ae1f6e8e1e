import type { Clock } from './time.ts';

/** A breaker opened for one client. */
export interface Circuit {
  /** Runs `attempt`, or rejects at once with `CIRCUIT_OPEN` and `retryAfterMs` while `host` is known to be down. */
  run<T>(host: string, attempt: () => Promise<T>): Promise<T>;
}

/** How a platform spares an upstream that is down, written as `circuit: circuit()`. A value without state; `open` is called once per client. */
export interface CircuitPolicy {
  open(clock: Clock): Circuit;
}

export function circuit(_options: { failures?: number; cooldown?: number } = {}): CircuitPolicy {
  throw new Error('not yet');
}
