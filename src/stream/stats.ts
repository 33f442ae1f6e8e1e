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

/** What several sources count together; events and watchers are those of `total` alone. */
export function sumStats(total: StreamStats, more: StreamStats): StreamStats {
  const errors = { ...total.errors };
  for (const [code, times] of Object.entries(more.errors) as [keyof typeof errors, number][])
    errors[code] = (errors[code] ?? 0) + times;
  const latest = (name: 'lastEventAt' | 'lastSuccessAt'): Partial<StreamStats> => {
    const at = Math.max(total[name] ?? 0, more[name] ?? 0);
    return at > 0 ? { [name]: at } : {};
  };
  return {
    eventsProcessed: total.eventsProcessed,
    duplicates: total.duplicates + more.duplicates,
    invalid: total.invalid + more.invalid,
    polls: total.polls + more.polls,
    errors,
    gaps: total.gaps + more.gaps,
    untaken: total.untaken + more.untaken,
    watchers: total.watchers,
    ...latest('lastEventAt'),
    ...latest('lastSuccessAt'),
  };
}
