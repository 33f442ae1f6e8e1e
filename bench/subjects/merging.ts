/** Seven sources in one stream, beside one source. */
import { merge } from '../../src/stream/merge.ts';
import { createSource } from '../../src/stream/source.ts';
import { peer } from '../peers.ts';
import { compared, type Line, type Outcome } from '../report.ts';
import { type Contender, type Run, takeTurns } from '../turns.ts';

/** Events of one operation; they come in groups, as pages do. */
const events = 7000;
const group = 70;

const create = (count: number) => {
  const sources = Array.from({ length: count }, (_, n) => createSource<number>({ platform: `s${n}` }));
  return { sources, stream: merge(sources.map(({ stream }) => stream)) };
};

const called = (count: number): Contender => ({
  open() {
    const { sources, stream } = create(count);
    return repeat(() => {
      let seen = 0;
      const stop = stream.subscribe(() => {
        seen += 1;
      });
      for (let n = 0; n < events; n += 1) void sources[n % count]?.push(n);
      stop();
      return seen;
    });
  },
});

const looped = (count: number): Contender => ({
  open() {
    const { sources, stream } = create(count);
    return repeat(async () => {
      const iterator = stream.iterate();
      let seen = 0;
      for (let n = 0; n < events; n += group) {
        let pushed: Promise<void> | undefined;
        for (let m = 0; m < group; m += 1) pushed = sources[m % count]?.push(n + m);
        for (let m = 0; m < group; m += 1) if (!(await iterator.next()).done) seen += 1;
        void pushed;
      }
      await iterator.return?.();
      return seen;
    });
  },
});

const repeat =
  (once: () => number | Promise<number>): Run =>
  async (count) => {
    for (let n = 0; n < count; n += 1) {
      const seen = await once();
      if (seen !== events) throw new Error(`${seen} of ${events} events came`);
    }
  };

/** A source that is asked: the form that merging libraries take. */
async function* numbers(count: number): AsyncGenerator<number> {
  for (let n = 0; n < events / count; n += 1) yield n;
}

export const contenders: Record<string, Contender> = {
  one: called(1),
  seven: called(7),
  'one loop': looped(1),
  'seven loop': looped(7),
  rxjs: {
    async open() {
      interface Subject {
        next(value: number): void;
      }
      interface Rxjs {
        Subject: new () => Subject;
        merge(...subjects: Subject[]): { subscribe(next: (value: number) => void): { unsubscribe(): void } };
      }
      const { Subject, merge: join } = await peer<Rxjs>('rxjs');
      const subjects = Array.from({ length: 7 }, () => new Subject());
      const joined = join(...subjects);
      return repeat(() => {
        let seen = 0;
        const subscription = joined.subscribe(() => {
          seen += 1;
        });
        for (let n = 0; n < events; n += 1) subjects[n % 7]?.next(n);
        subscription.unsubscribe();
        return seen;
      });
    },
  },
  'it-merge': {
    async open() {
      interface Merge {
        default(...sources: AsyncIterable<number>[]): AsyncIterable<number>;
      }
      const { default: join } = await peer<Merge>('it-merge');
      return repeat(async () => {
        let seen = 0;
        for await (const _ of join(...Array.from({ length: 7 }, () => numbers(7)))) seen += 1;
        return seen;
      });
    },
  },
  generator: {
    open: () =>
      repeat(async () => {
        let seen = 0;
        for await (const _ of numbers(1)) seen += 1;
        return seen;
      }),
  },
};

const called_: readonly Line[] = [
  {
    name: 'one',
    what: 'tipstream, one source, a callback',
    job: 'ours',
    note: 'each event is counted until it was taken',
  },
  {
    name: 'seven',
    what: 'tipstream, seven sources, a callback',
    job: 'ours',
    note: 'the operator hands the event and its ticket on; it keeps no queue of its own',
  },
  {
    name: 'rxjs',
    what: 'rxjs, seven subjects, a callback',
    job: 'less',
    note: 'nothing is counted as taken, nothing waits for a slow reader, nothing is offered again',
  },
];

const looped_: readonly Line[] = [
  { name: 'one loop', what: 'tipstream, one source, a loop', job: 'ours', note: 'one growing ring for each reader' },
  {
    name: 'seven loop',
    what: 'tipstream, seven sources, a loop',
    job: 'ours',
    note: 'all sources push into the same ring; no promise is raced',
  },
  {
    name: 'it-merge',
    what: 'it-merge, seven generators, a loop',
    job: 'less',
    note: 'the sources are generators, nothing is counted as taken',
  },
  { name: 'generator', what: 'one async generator, a loop', job: 'less', note: 'no merging at all' },
];

export async function merging(): Promise<Outcome> {
  const turns = await takeTurns(import.meta.url, contenders);
  const per = events;
  const text = 'An event, from the source to whoever watches.';
  const calls = compared(
    { heading: 'Many sources as one, in a callback', text },
    { base: 'one', per, unit: 'ns' },
    called_,
    turns,
  );
  const loops = compared(
    { heading: 'Many sources as one, in a loop', text },
    { base: 'one loop', per, unit: 'ns' },
    looped_,
    turns,
  );
  const done = 'one ring that all sources push into, no race of promises';
  return {
    tables: [calls.table, loops.table],
    behind: [...calls.behind, ...loops.behind],
    goals: [
      { what: 'merging seven sources, a callback, beside one', measured: calls.ratio('seven'), limit: 1.2, done },
      { what: 'merging seven sources, a loop, beside one', measured: loops.ratio('seven loop'), limit: 1.2, done },
    ],
  };
}
