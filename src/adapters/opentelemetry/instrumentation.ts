import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import type { TelemetryListener } from '../../core/telemetry.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { requestRecorder } from './requests.ts';
import { tipTracer } from './tips.ts';

/** What `createInstrumentation` takes. */
export interface InstrumentationOptions {
  /** Where spans go. @default the global one of `@opentelemetry/api` */
  tracerProvider?: TracerProvider | undefined;
  /** Where metrics go. @default the global one of `@opentelemetry/api` */
  meterProvider?: MeterProvider | undefined;
}

/** What makes spans and metrics of the work of any number of clients. */
export interface Instrumentation {
  /**
   * The option `telemetry` of each client that is watched. Each attempt becomes a span of kind client, a child of what is active where the call was
   * made, and a value of `http.client.request.duration`, without the time that it waited for its turn.
   */
  telemetry: TelemetryListener;
  /**
   * Wraps what is given to `subscribe`: while it runs, a span of kind consumer is active, so that what it does becomes a part of it. Counted in
   * `messaging.client.consumed.messages` and `messaging.process.duration`. What it throws, it throws on. Nothing of who tipped, how much and why is told.
   */
  traced<T extends TipEvent | readonly TipEvent[]>(
    next: (tips: T) => void | Promise<void>,
  ): (tips: T) => void | Promise<void>;
}

/**
 * Makes spans and metrics for OpenTelemetry by its conventions for HTTP clients and messaging. Without an SDK that is set up nothing happens.
 *
 * @example
 * ```ts
 * import { createStripchat } from 'tipstream/stripchat';
 * import { createInstrumentation } from 'tipstream/opentelemetry';
 * const { telemetry, traced } = createInstrumentation();
 * const stripchat = createStripchat({ token: 'not-a-secret-token', telemetry });
 * const stop = stripchat.tips().subscribe(traced((tip) => console.log(tip.amount)));
 * stop();
 * await stripchat.close();
 * ```
 */
export function createInstrumentation({
  tracerProvider = trace,
  meterProvider = metrics,
}: InstrumentationOptions = {}): Instrumentation {
  const tracer = tracerProvider.getTracer('tipstream');
  const meter = meterProvider.getMeter('tipstream');
  return { telemetry: requestRecorder(tracer, meter), traced: tipTracer(tracer, meter) };
}
