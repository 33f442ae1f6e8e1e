import { type Attributes, type Meter, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { TelemetryEvents, TelemetryListener } from '../../core/telemetry.ts';
import { seconds } from './buckets.ts';

/** Where a request went. The address is redacted already. */
function placeOf(address: string): Attributes {
  try {
    const { hostname, port, protocol } = new URL(address);
    return { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'http:' ? 80 : 443) };
  } catch {
    return {};
  }
}

/** A status that is an error by the conventions, unless the platform calls it an answer: then there is no code. */
const errorOf = ({ status, code }: TelemetryEvents['response']): string | undefined =>
  code !== undefined && status !== undefined && status >= 400 ? String(status) : code;

/** What is few enough to tell series apart: methods, hosts, statuses and the names of endpoints, never an address. */
const attributesOf = (response: TelemetryEvents['response']): Attributes => {
  const { platform, endpoint, method, url, status } = response;
  const error = errorOf(response);
  return {
    'http.request.method': method,
    ...(url !== undefined && placeOf(url)),
    ...(status !== undefined && { 'http.response.status_code': status }),
    ...(error !== undefined && { 'error.type': error }),
    'tipstream.platform': platform,
    'tipstream.endpoint': endpoint,
  };
};

/** Makes a span and a duration of each attempt, when it is over. */
export function requestRecorder(tracer: Tracer, meter: Meter): TelemetryListener {
  const durations = meter.createHistogram('http.client.request.duration', {
    description: 'Duration of HTTP client requests.',
    ...seconds,
  });
  return (event) => {
    if (event.type !== 'response') return;
    const { method, endpoint, url, attempt, at, elapsedMs, code } = event;
    const attributes = attributesOf(event);
    durations.record(elapsedMs / 1000, attributes);
    const span = tracer.startSpan(`${method} ${endpoint}`, {
      kind: SpanKind.CLIENT,
      startTime: at - elapsedMs,
      attributes: {
        ...attributes,
        ...(url !== undefined && { 'url.full': url }),
        ...(attempt > 1 && { 'http.request.resend_count': attempt - 1 }),
      },
    });
    // Whoever left a stream or ended a call wanted no answer.
    if (code !== undefined && code !== 'ABORTED') span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(at);
  };
}
