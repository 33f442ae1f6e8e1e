import type { Job, Queue } from 'bullmq';
import type { RelayStats } from '../redis/relay.ts';
import { readAssignment } from './channel.ts';
import { readReport } from './report.ts';

/** A channel that is not asked just now, or whose stream waits. */
export interface SilentChannel {
  readonly id: string;
  readonly platform: string;
  /**
   * `free`: no worker has it. `resting`: its stream ended, and is opened again. `opening`: a worker has it and had no answer yet. Else what its
   * stream says: `waiting`, `behind`, `stalled`, `unsubscribed`.
   */
  readonly state: string;
  /** Who has it. */
  readonly worker?: string;
  /** Since when, Unix time in milliseconds. */
  readonly since: number;
  /** A sentence, where there is one. */
  readonly reason?: string;
}

/** One worker, as the fleet sees it. */
export interface WorkerStatus {
  readonly name: string;
  /** Channels that it has. */
  readonly channels: number;
  /** How many of them are silent. */
  readonly silent: number;
}

/** The whole fleet at one moment. */
export interface FleetStatus {
  readonly name: string;
  /** When it was looked at, Unix time in milliseconds. */
  readonly at: number;
  /** All channels. */
  readonly channels: number;
  readonly workers: readonly WorkerStatus[];
  /** Longest first. */
  readonly silent: readonly SilentChannel[];
  /** What the relay holds, where one was given. */
  readonly relay?: RelayStats;
}

/** One channel as the queue has it. */
export interface Entry {
  readonly id: string;
  readonly platform: string;
  /** `active`, `wait` or `delayed`: words of the queue. */
  readonly state: string;
  readonly worker: string | undefined;
  /** When it was added, or taken last. */
  readonly since: number;
  readonly progress: unknown;
}

/** What is silent about a channel, if it is. */
function toSilent({ id, platform, state, worker, since, progress }: Entry): SilentChannel | undefined {
  const report = readReport(progress);
  if (state === 'active') {
    if (report?.state === 'live') return undefined;
    // What the last worker said of it says nothing of this one.
    const said = report && report.since >= since ? report : { state: 'opening', since };
    return { id, platform, ...(worker !== undefined && { worker }), ...said };
  }
  if (state === 'delayed' && report?.state === 'resting') return { id, platform, ...report };
  return { id, platform, state: 'free', since };
}

/** The status from what the queue holds: pure. */
export function toStatus(name: string, at: number, entries: readonly Entry[], workers: readonly string[]): FleetStatus {
  const silent: SilentChannel[] = [];
  const crew = new Map<string, { channels: number; silent: number }>(
    workers.map((each) => [each, { channels: 0, silent: 0 }]),
  );
  for (const entry of entries) {
    const quiet = toSilent(entry);
    if (quiet) silent.push(quiet);
    if (entry.state !== 'active') continue;
    const worker = entry.worker ?? '?';
    const counts = crew.get(worker) ?? { channels: 0, silent: 0 };
    counts.channels += 1;
    if (quiet) counts.silent += 1;
    crew.set(worker, counts);
  }
  return {
    name,
    at,
    channels: entries.length,
    workers: [...crew]
      .map(([worker, counts]) => ({ name: worker, ...counts }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    silent: silent.sort((a, b) => a.since - b.since),
  };
}

const states = ['active', 'wait', 'delayed'] as const;

/** Every channel that the queue holds and that is not marked as removed. */
export async function readEntries(
  queue: Queue,
): Promise<(Entry & { channel: NonNullable<ReturnType<typeof readAssignment>>['channel'] })[]> {
  const lists = await Promise.all(states.map(async (state) => ({ state, jobs: await queue.getJobs([state]) })));
  const found = new Map<string, ReturnType<typeof toEntry>>();
  // What moves meanwhile may be seen twice.
  for (const { state, jobs } of lists)
    for (const job of jobs) if (job?.id !== undefined && !found.has(job.id)) found.set(job.id, toEntry(job, state));
  return [...found.values()].filter((entry) => entry !== undefined);
}

function toEntry(job: Job, state: string) {
  const assignment = readAssignment(job.data);
  if (!assignment || assignment.removed) return undefined;
  const { channel } = assignment;
  const { id, platform } = channel;
  return {
    id,
    platform,
    state,
    worker: job.processedBy === undefined ? undefined : nameOf(job.processedBy),
    since: job.processedOn ?? job.timestamp,
    progress: job.progress,
    channel,
  };
}

/** A worker's name as it was given: Redis takes no spaces in the name of a connection. */
function nameOf(worker: string): string {
  try {
    return decodeURIComponent(worker);
  } catch {
    return worker;
  }
}

/** The names of the workers that are connected. */
export async function readWorkers(queue: Queue): Promise<string[]> {
  const clients = await queue.getWorkers();
  return clients.flatMap(({ rawname = '' }) => {
    const [, worker] = rawname.split(':w:');
    return worker === undefined ? [] : [nameOf(worker)];
  });
}
