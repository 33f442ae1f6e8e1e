import { isTipstreamError, TipstreamError } from './errors.ts';
import { type Clock, seconds } from './time.ts';

/** When a circuit opens, and for how long. */
export interface CircuitOptions {
  /** So many calls in a row that found the host down open it. @default 5 */
  failures?: number | undefined;
  /** For so long, in milliseconds, it stays open; then one call tries. @default seconds(30) */
  cooldown?: number | undefined;
}

/** A breaker opened for one client. */
export interface Circuit {
  /** Runs `attempt`, or rejects at once with `CIRCUIT_OPEN` and `retryAfterMs` while `host` is known to be down. */
  run<T>(host: string, attempt: () => Promise<T>): Promise<T>;
}

/** How a platform spares an upstream that is down, written as `circuit: circuit()`. A value without state; a client opens it once. */
export interface CircuitPolicy {
  open(clock: Clock): Circuit;
}

interface State {
  failures: number;
  /** Open until then; 0 while closed. */
  until: number;
  /** A call tries the host, and is waited for until then: in a worker it may have died without a word. 0 while none does. */
  probing: number;
}

const down: readonly unknown[] = ['NETWORK', 'TIMEOUT', 'SERVER', 'UNAVAILABLE'];
/** While another call is trying the host, its verdict is worth waiting for. */
const probeWait = seconds(1);

/** Makes a breaker policy: per host, opened by failures of the host itself, never by a 4xx, and closed by one call that gets through. */
export function circuit(options: CircuitOptions = {}): CircuitPolicy {
  const { failures = 5, cooldown = seconds(30) } = options;
  return {
    open(clock) {
      const states = new Map<string, State>();
      return {
        async run(host, attempt) {
          const state = states.get(host) ?? { failures: 0, until: 0, probing: 0 };
          states.set(host, state);
          const now = clock.now();
          const probe = state.until > 0;
          const left = Math.max(state.until, state.probing) - now;
          // It is longer only where the clock was set back.
          if (left > 0 && left <= cooldown) {
            const retryAfterMs = state.probing ? probeWait : left;
            throw new TipstreamError({
              code: 'CIRCUIT_OPEN',
              message: `${host} failed ${state.failures} times in a row and is left alone until ${new Date(now + retryAfterMs).toISOString()}; try again then`,
              retryAfterMs,
            });
          }
          state.probing = probe ? now + cooldown : 0;
          try {
            const result = await attempt();
            states.delete(host);
            return result;
          } catch (error) {
            if (isTipstreamError(error)) {
              if (down.includes(error.code)) {
                state.failures += 1;
                // What was under way when it opened says nothing new.
                if (probe || (!state.until && state.failures >= failures)) state.until = clock.now() + cooldown;
              } else if (error.status !== undefined) states.delete(host);
            }
            throw error;
          } finally {
            if (probe) state.probing = 0;
          }
        },
      };
    },
  };
}
