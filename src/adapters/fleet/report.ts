import { type Clock, minutes, type Stop, seconds } from '../../core/time.ts';
import type { StreamStatus } from '../../stream/event-stream.ts';

/** What is written beside a channel for whoever looks, and when it changes. */
export interface Report {
  /** `live`, or what it waits for: a state of its stream, or `resting` after a stream that ended. */
  readonly state: string;
  /** Unix time in milliseconds. */
  readonly since: number;
  /** A sentence, where it is not live. */
  readonly reason?: string;
  /** Streams that ended one after the other. */
  readonly failures?: number;
}

const longestReason = 300;
const isText = (value: unknown): value is string => typeof value === 'string';

/** What a job holds as its progress, if it is a report of ours. */
export function readReport(progress: unknown): Report | undefined {
  const { state, since, reason, failures }: Partial<Record<keyof Report, unknown>> = Object(progress);
  if (!isText(state) || typeof since !== 'number') return undefined;
  return {
    state,
    since,
    ...(isText(reason) && { reason: reason.slice(0, longestReason) }),
    ...(typeof failures === 'number' && Number.isFinite(failures) && failures > 0 && { failures }),
  };
}

/** What a change of the stream means for whoever looks; that it is being opened means nothing. */
export function toReport({ state, since, reason }: StreamStatus): Report | undefined {
  if (state === 'live') return { state, since };
  if (state === 'waiting' || state === 'behind' || state === 'stalled' || state === 'unsubscribed')
    return { state, since, ...(reason !== undefined && { reason: reason.slice(0, longestReason) }) };
  return undefined;
}

/** Of reports in quick succession the last one is written, one in this time. */
const every = seconds(5);

/** Writes what changed, now and then. */
export function createReporter(
  before: Report | undefined,
  clock: Clock,
  write: (report: Report) => Promise<unknown>,
): { tell(report: Report): void; end(): void } {
  // That it waits is said anew by each worker: it may wait for something else.
  let written = before?.state === 'live' ? 'live' : undefined;
  let next: Report | undefined;
  let wait: Stop | undefined;
  const send = (): void => {
    wait = undefined;
    if (!next || next.state === written) return;
    written = next.state;
    // For whoever looks: the next change comes again.
    write(next).catch(() => {});
    wait = clock.after(every, send);
  };
  return {
    tell(report) {
      next = report;
      if (!wait) send();
    },
    end() {
      wait?.();
      next = undefined;
    },
  };
}

/** How long a channel rests whose stream ended so many times in a row: 10 s, 30 s, 1 min, then doubling to 15 min. */
export const restAfter = (failures: number): number =>
  failures < 3
    ? ([seconds(10), seconds(10), seconds(30)][failures] ?? seconds(30))
    : Math.min(minutes(15), minutes(1) * 2 ** Math.min(10, failures - 3));
