import {
  type Attributes,
  context,
  type Meter,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { isTipstreamError } from '../../core/errors.ts';
import { isPromise } from '../../stream/subscribe.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { seconds } from './buckets.ts';
import type { Instrumentation } from './instrumentation.ts';

/** The value of which there is only one. */
const single = <T>(values: readonly T[]): T | undefined => {
  const [value, ...others] = new Set(values);
  return others.length ? undefined : value;
};

/** A class of errors. What an error says may hold anything. */
const typeOf = (error: unknown): string => {
  if (isTipstreamError(error)) return error.code;
  return error instanceof Error ? error.name : '_OTHER';
};

/** What tells tips apart without telling of anybody: no name, no amount, no message. */
function describe(tips: readonly TipEvent[], batch: boolean): [shared: Attributes, own: Attributes] {
  const channel = single(tips.map((tip) => tip.channel));
  const shared = {
    'messaging.system': single(tips.map(({ platform }) => platform)) ?? 'tipstream',
    'messaging.operation.name': 'process',
    // Rooms are many: they are told of a span, and never of a series.
    'messaging.destination.template': 'tips',
  };
  const own = {
    ...shared,
    'messaging.operation.type': 'process',
    ...(channel !== undefined && { 'messaging.destination.name': channel }),
    ...(batch ? { 'messaging.batch.message_count': tips.length } : { 'messaging.message.id': tips[0]?.id }),
  };
  return [shared, own];
}

/** What watches takes no tip away and calls none failed: a processor of spans may throw, or an exporter. */
const quietly = <T>(run: () => T): T | undefined => {
  try {
    return run();
  } catch {
    return undefined;
  }
};

/** Wraps functions that take tips, or batches of them. */
export function tipTracer(tracer: Tracer, meter: Meter): Instrumentation['traced'] {
  const consumed = meter.createCounter('messaging.client.consumed.messages', {
    description: 'Number of messages that were delivered to the application.',
    unit: '{message}',
  });
  const durations = meter.createHistogram('messaging.process.duration', {
    description: 'Duration of processing operation.',
    ...seconds,
  });
  const begin = (given: TipEvent | readonly TipEvent[]): { span: Span; end(failure?: Attributes): void } => {
    const tips = [given].flat<(TipEvent | readonly TipEvent[])[]>();
    const [shared, own] = describe(tips, Array.isArray(given));
    consumed.add(tips.length, shared);
    const began = performance.now();
    const span = tracer.startSpan('process tips', { kind: SpanKind.CONSUMER, attributes: own });
    return {
      span,
      end(failure) {
        durations.record((performance.now() - began) / 1000, { ...shared, ...failure });
        if (failure) span.setAttributes(failure).setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  };
  return (next) => (given) => {
    const begun = quietly(() => begin(given));
    const end = (failure?: Attributes): void => quietly(() => begun?.end(failure));
    const fail = (error: unknown): never => {
      end({ 'error.type': typeOf(error) });
      throw error;
    };
    let running: unknown;
    try {
      running = begun ? context.with(trace.setSpan(context.active(), begun.span), () => next(given)) : next(given);
    } catch (error) {
      return fail(error);
    }
    // What is no promise stays none, so that nothing waits that need not. `(tip) => list.push(tip)` gives a number.
    if (!isPromise(running)) return end();
    return Promise.resolve(running).then(() => end(), fail);
  };
}
