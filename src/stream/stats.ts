import type { TipstreamError } from '../core/errors.ts';
import type { StreamStats } from './event-stream.ts';

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
export function count(stats: StreamStats, name: string, signal: unknown): void {
  if (name === 'gap') stats.gaps += 1;
  if (name === 'invalid') stats.invalid += 1;
  if (name !== 'error') return;
  const { code } = signal as TipstreamError;
  stats.errors[code] = (stats.errors[code] ?? 0) + 1;
}

type Counts = Partial<Record<string, number>>;

const addCounts = (one: Counts, other: Counts): Counts => {
  const sum = { ...one };
  for (const [name, value = 0] of Object.entries(other)) {
    const before = sum[name] ?? 0;
    sum[name] = name.startsWith('last') ? Math.max(before, value) : before + value;
  }
  return sum;
};

/** What two streams count together, as a new object. */
export const addStats = (
  { errors, ...one }: StreamStats,
  { errors: otherErrors, ...other }: StreamStats,
): StreamStats => ({ ...(addCounts(one, other) as typeof one), errors: addCounts(errors, otherErrors) });
