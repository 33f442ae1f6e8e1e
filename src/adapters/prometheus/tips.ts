import { Counter, Gauge } from 'prom-client';
import type { EventStream, StreamState } from '../../stream/event-stream.ts';
import { map } from '../../stream/operators.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { bounded, lazy, type Shelf } from './labels.ts';

/** A stream that does something, and what each of its sources does. */
interface Running {
  readonly stream: EventStream<TipEvent>;
  readonly sources: Map<string, { platform: string; state: StreamState }>;
}

/** Gauges of what streams are doing when somebody looks. */
function createStateMetrics({ add }: Shelf, running: ReadonlySet<Running>): () => void {
  return lazy(() => {
    add(
      new Gauge({
        name: 'tipstream_streams',
        help: 'Sources that are watched, by what they are doing',
        labelNames: ['platform', 'state'],
        registers: [],
        collect() {
          this.reset();
          for (const { sources } of running) for (const source of sources.values()) this.inc({ ...source });
        },
      }),
    );
    add(
      new Gauge({
        name: 'tipstream_untaken_events',
        help: 'Events that were offered to the watchers and not yet taken',
        labelNames: ['platform'],
        registers: [],
        collect() {
          this.reset();
          for (const { stream, sources } of running) {
            const platforms = new Set(Array.from(sources.values(), ({ platform }) => platform));
            const [platform = 'several'] = platforms.size === 1 ? platforms : [];
            this.inc({ platform }, stream.stats().untaken);
          }
        },
      }),
    );
  });
}

/** Counts tips on their way, and what their streams say beside them. */
export function createTipMetrics(shelf: Shelf): (stream: EventStream<TipEvent>) => EventStream<TipEvent> {
  const { add, platform } = shelf;
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    lazy(() => add(new Counter({ name, help, labelNames, registers: [] })));

  const tips = counter('tipstream_tips_total', 'Tips that were delivered', ['platform', 'unit']);
  const amounts = counter('tipstream_tip_amount_total', 'What was tipped, in the unit of the label', [
    'platform',
    'unit',
  ]);
  const gaps = counter('tipstream_gaps_total', 'Gaps: events may be missing', ['platform', 'reason']);
  const invalid = counter('tipstream_invalid_events_total', 'Events that could not be read', ['platform']);
  const failed = counter('tipstream_failed_events_total', 'Tips at which a callback threw', ['platform']);
  const errors = counter('tipstream_stream_errors_total', 'Errors of streams; a fatal one ended its source', [
    'platform',
    'code',
    'fatal',
  ]);
  const last = lazy(() =>
    add(
      new Gauge({
        name: 'tipstream_last_tip_timestamp_seconds',
        help: 'When the last tip was delivered, Unix time',
        labelNames: ['platform'] as const,
        registers: [],
      }),
    ),
  );
  const units = bounded();
  const reasons = bounded();
  const running = new Set<Running>();
  const showStates = createStateMetrics(shelf, running);

  const count = (tip: TipEvent): void => {
    if (tip.test) return;
    const labels = { platform: platform(tip.platform), unit: units(tip.unit) };
    tips().inc(labels);
    // A counter goes up only, and what is no amount would break it.
    if (tip.amount > 0 && tip.amount < Number.POSITIVE_INFINITY) amounts().inc(labels, tip.amount);
    last().setToCurrentTime({ platform: labels.platform });
  };
  /** A tip that cannot be counted, e.g. because the registry has these metrics of somebody else, is a tip all the same. */
  const pass = (tip: TipEvent): TipEvent => {
    try {
      count(tip);
    } catch {}
    return tip;
  };

  return (stream) => {
    const counted = map(stream, pass);
    const own: Running = { stream: counted, sources: new Map() };
    counted.on('gap', (gap) => gaps().inc({ platform: platform(gap.platform), reason: reasons(gap.reason) }));
    counted.on('invalid', (event) => invalid().inc({ platform: platform(event.platform) }));
    counted.on('failed', ({ event }) => failed().inc({ platform: platform(event.platform) }));
    counted.on('error', ({ platform: name = 'tipstream', code, fatal }) =>
      errors().inc({ platform: platform(name), code, fatal: String(fatal) }),
    );
    counted.on('status', ({ platform: name, channel, state }) => {
      const key = `${name} ${channel}`;
      if (state === 'idle' || state === 'ended') own.sources.delete(key);
      else own.sources.set(key, { platform: platform(name), state });
      // What does nothing is not held: streams come and go.
      if (own.sources.size) running.add(own);
      else running.delete(own);
      showStates();
    });
    return counted;
  };
}
