import { channel } from 'node:diagnostics_channel';
import type { TelemetryListener } from '../../core/telemetry.ts';

/**
 * Publishes what clients tell of their work on `node:diagnostics_channel`, one channel per event: `tipstream:request`,
 * `tipstream:response`, `tipstream:retry`, `tipstream:ratelimit`, `tipstream:cache`, `tipstream:circuit`, `tipstream:socket`. Give it as the
 * `telemetry` option; a channel that nobody subscribed to costs a look-up.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 * import { createStripchat } from 'tipstream/stripchat';
 * import { diagnosticsTelemetry } from 'tipstream/node';
 * subscribe('tipstream:response', (response) => console.log(response));
 * const stripchat = createStripchat({ token: 'not-a-secret-token', telemetry: diagnosticsTelemetry() });
 * await stripchat.close();
 * ```
 */
export function diagnosticsTelemetry(): TelemetryListener {
  return (event) => {
    const target = channel(`tipstream:${event.type}`);
    if (target.hasSubscribers) target.publish(event);
  };
}
