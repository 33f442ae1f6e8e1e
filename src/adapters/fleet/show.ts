import type { FleetStatus, SilentChannel } from './status.ts';

/** Silent channels that are shown by name; the others are counted. */
const most = 10;

/** Foreign text as part of one line: without anything that moves a cursor. */
const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, ' ');
const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

/** Milliseconds as a person says them: `41 s`, `12 min`, `3 h`. */
function ago(ms: number): string {
  const all = Math.max(0, Math.round(ms / 1000));
  if (all < 120) return `${all} s`;
  return all < 7200 ? `${Math.round(all / 60)} min` : `${Math.round(all / 3600)} h`;
}

/** Rows under one another, each column as wide as its widest. The first is left, the others right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function silentLine({ id, state, since, worker, reason }: SilentChannel, at: number): string {
  const who = worker === undefined ? '' : ` at ${worker}`;
  return plain(`  ${id}  ${state} for ${ago(at - since)}${who}${reason === undefined ? '' : `: ${reason}`}`);
}

/**
 * The status as lines for a terminal: who has how many channels, what is silent, and how far the readers of the relay are behind.
 *
 * @returns Lines without colours, each ended by a line feed
 */
export function showFleet({ name, at, channels, workers, silent, relay }: FleetStatus): string {
  const lines = [`${name}: ${count(channels, 'channel')}, ${count(workers.length, 'worker')}, ${silent.length} silent`];
  if (workers.length > 0) {
    const rows = workers.map((worker) => [plain(worker.name), `${worker.channels}`, `${worker.silent}`]);
    lines.push('', ...table([['worker', 'channels', 'silent'], ...rows]));
  }
  if (silent.length > 0) {
    lines.push('', 'silent', ...silent.slice(0, most).map((each) => silentLine(each, at)));
    if (silent.length > most) lines.push(`  and ${silent.length - most} more`);
  }
  if (relay) {
    lines.push('', `relay: ${count(relay.length, 'tip')}, ${relay.ids} ids remembered`);
    const rows = relay.groups.map(({ name, consumers, pending, lag }) => [
      plain(name),
      `${consumers}`,
      `${pending}`,
      `${lag ?? '?'}`,
    ]);
    if (rows.length > 0) lines.push('', ...table([['group', 'consumers', 'pending', 'lag'], ...rows]));
  }
  return `${lines.join('\n')}\n`;
}
