import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Does `count` operations. */
export type Run = (count: number) => unknown;

/** Something that is measured, in a process of its own: what one of them taught the compiler does not help or hinder the next. */
export interface Contender {
  /** Sets everything up; what it returns is measured. */
  open(): Run | Promise<Run>;
  /** For Node, beside those of this process. */
  flags?: readonly string[];
}

/** What a process is asked to do: one of these. */
export interface Question {
  warm?: number;
  measure?: number;
  count?: number;
}

/** One measurement, in microseconds for one operation. */
export interface Turn {
  /** Of a processor. */
  cpu: number;
  /** Of the clock on the wall. */
  wall: number;
}

/** What took turns, by name, round by round. */
export type Turns = Readonly<Record<string, readonly Turn[]>>;

/** How thoroughly to measure. */
export interface Thoroughness {
  /** Milliseconds of a processor that each process works before it is measured; the compiler takes its part of them. */
  warm: number;
  /** New processes, each with a compiler of its own: two processes of one program differ by more than two rounds of one process. */
  processes: number;
  /** Rounds of each process. */
  rounds: number;
  /** About how long a turn takes. */
  milliseconds: number;
}

export const thorough: Thoroughness = { warm: 2000, processes: 2, rounds: 11, milliseconds: 30 };

/** While others have their turn, V8 would tidy up, and throw away what it compiled. */
const stayReady = ['--no-memory-reducer', '--no-flush-bytecode'];

const program = fileURLToPath(new URL('./contender.ts', import.meta.url));

const start = (module: string, name: string, flags: readonly string[] = []): ChildProcess =>
  fork(program, [module, name], { execArgv: [...process.execArgv, ...stayReady, ...flags] });

/** Asks a process for one thing, which it does while all others wait. */
const ask = (child: ChildProcess, question: Question): Promise<Turn & { count: number }> =>
  new Promise((resolve, reject) => {
    const answered = (answer: unknown): void => {
      child.off('exit', ended);
      resolve(answer as Turn & { count: number });
    };
    const ended = (code: unknown): void => {
      child.off('message', answered);
      reject(new Error(`${child.spawnargs.at(-1)} ended with ${code}`));
    };
    child.once('message', answered);
    child.once('exit', ended);
    child.send(question);
  });

const pairs = <T>(all: readonly T[], size = availableParallelism()): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));

/** Lets the contenders of a module take turns, round by round. `module` is its `import.meta.url`. */
export async function takeTurns(
  module: string,
  contenders: Readonly<Record<string, Contender>>,
  { warm, processes, rounds, milliseconds }: Thoroughness = thorough,
): Promise<Turns> {
  const names = Object.keys(contenders);
  const turns: Record<string, Turn[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let generation = 0; generation < processes; generation += 1) {
    const children = names.map((name) => ({
      name,
      child: start(module, name, contenders[name]?.flags),
      count: 1,
    }));
    try {
      // As many at a time as there are processors: here nothing is measured.
      for (const each of pairs(children)) await Promise.all(each.map(({ child }) => ask(child, { warm })));
      for (const each of children) each.count = (await ask(each.child, { measure: milliseconds })).count;
      for (let round = 0; round < rounds; round += 1) {
        // Nobody is always the one after the garbage of the same other.
        const first = (round + generation) % children.length;
        for (const { name, child, count } of [...children.slice(first), ...children.slice(0, first)])
          turns[name]?.push(await ask(child, { count }));
      }
    } finally {
      for (const { child } of children) child.kill();
    }
  }
  return turns;
}
