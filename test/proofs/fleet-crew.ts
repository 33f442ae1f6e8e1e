import { type ChildProcess, spawn } from 'node:child_process';

/** Worker processes of one fleet, some of which die. */
export interface Crew {
  /** Kills one at random, and starts another in its place. */
  replaceOne(): Promise<string>;
  /** Stops one at random in the middle of whatever it does, until it is woken. */
  freezeOne(): { name: string; wake(): void };
  /** What they wrote to their standard error. */
  readonly lines: readonly string[];
  /** Ends all in good order; the codes with which they ended. */
  close(): Promise<(number | null)[]>;
}

const exited = (child: ChildProcess): Promise<unknown> =>
  child.exitCode === null && child.signalCode === null
    ? new Promise((resolve) => child.once('exit', resolve))
    : Promise.resolve();

/** Starts so many. Their arguments follow their name: the Redis, the upstream, the name, then `words`. */
export function startCrew(
  count: number,
  { redis, upstream, words }: { redis: string; upstream: string; words: readonly string[] },
): Crew {
  const lines: string[] = [];
  let number = 0;
  const start = (): { name: string; child: ChildProcess } => {
    number += 1;
    const name = `worker-${number}`;
    const program = new URL('fleet-child.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--conditions=tipstream-source', program, redis, upstream, name, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => lines.push(...text.split('\n').filter(Boolean)));
    return { name, child };
  };
  const members = Array.from({ length: count }, start);
  return {
    lines,
    async replaceOne() {
      const index = Math.floor(Math.random() * members.length);
      const [victim] = members.splice(index, 1, start());
      if (!victim) return '';
      victim.child.kill('SIGKILL');
      await exited(victim.child);
      return victim.name;
    },
    freezeOne() {
      const { name, child } = members[Math.floor(Math.random() * members.length)] ?? start();
      child.kill('SIGSTOP');
      return { name, wake: () => void child.kill('SIGCONT') };
    },
    async close() {
      for (const { child } of members) child.kill('SIGTERM');
      await Promise.all(members.map(({ child }) => exited(child)));
      return members.map(({ child }) => child.exitCode);
    },
  };
}
