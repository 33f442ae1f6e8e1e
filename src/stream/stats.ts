import type { StreamSignals, StreamStats } from './event-stream.ts';

export const noStats = (): StreamStats => ({
  eventsProcessed: 0,
  duplicates: 0,
  invalid: 0,
  polls: 0,
  errors: {},
  gaps: 0,
  untaken: 0,
  watchers: 0,
});

/** Counts a signal that was emitted. */
export function count<T, N extends keyof StreamSignals<T>>(
  stats: StreamStats,
  name: N,
  signal: StreamSignals<T>[N],
): void {
  if (name === 'gap') stats.gaps += 1;
  if (name === 'invalid') stats.invalid += 1;
  if (name !== 'error') return;
  const { code } = signal as StreamSignals<T>['error'];
  stats.errors[code] = (stats.errors[code] ?? 0) + 1;
}

/** What two streams count together, as a new object. */
export function addStats(one: StreamStats, other: StreamStats): StreamStats {
  const sum = { ...one, errors: { ...one.errors } };
  for (const [code, times] of Object.entries(other.errors) as [keyof typeof sum.errors, number][])
    sum.errors[code] = (sum.errors[code] ?? 0) + times;
  for (const name of ['eventsProcessed', 'duplicates', 'invalid', 'polls', 'gaps', 'untaken', 'watchers'] as const)
    sum[name] += other[name];
  for (const name of ['lastEventAt', 'lastSuccessAt'] as const) {
    const at = Math.max(sum[name] ?? 0, other[name] ?? 0);
    if (at > 0) sum[name] = at;
  }
  return sum;
}
