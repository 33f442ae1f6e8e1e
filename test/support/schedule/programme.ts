import { type Clock, minutes, type Random, type Stop, seconds } from '../../../src/core/time.ts';
import { pick, seededRandom } from '../../../src/mock/random.ts';
import type { Actor, Stage, Tally } from './actor.ts';
import { openAnilibria } from './anilibria.ts';
import type { Books } from './books.ts';
import { openCam } from './cams.ts';
import type { Line } from './faults.ts';
import { openTikTok } from './tiktok.ts';
import { openTipping } from './tipping.ts';
import { openTwitch } from './twitch.ts';

/** What an evening takes place on, whatever the network is made of. */
export type Place = Omit<Stage, 'random' | 'number' | 'wait' | 'outstanding'> & { seed: string };

/** An evening of all seven platforms. */
export interface Programme {
  /** How often the three contracts of the cams are asked, in milliseconds. */
  readonly intervals: readonly number[];
  /** Begins to give, ask and strike. */
  begin(strikes: boolean): void;
  /** Gives nothing more. */
  end(): void;
  /** What of it is still to come to its end. */
  readonly unfinished: number;
  check(): ReadonlyMap<Line, Tally>;
  close(): Promise<unknown>;
}

/** Again and again, at times by chance. */
const repeated = (clock: Clock, random: Random, every: number, run: () => void): Stop => {
  let stop: Stop = () => {};
  const next = (): void => {
    stop = clock.after(every * (0.1 - Math.log(1 - random())), () => {
      run();
      next();
    });
  };
  next();
  return () => stop();
};

const settled = (
  clock: Clock,
  books: Books,
  open: Set<Promise<unknown>>,
  name: string,
): Pick<Stage, 'wait' | 'outstanding'> => ({
  wait: (ms) => new Promise((resolve) => void clock.after(ms, resolve)),
  outstanding(work) {
    const over = work.then(
      () => void open.delete(over),
      (error: unknown) => {
        open.delete(over);
        books.break(`${name}: something failed that never should: ${error}`);
      },
    );
    open.add(over);
  },
});

/** Opens the clients of all seven platforms, and makes things happen to them. */
export function openProgramme({ seed, ...place }: Place): Programme {
  const { clock, books } = place;
  const random = seededRandom(seed, 'programme');
  const open = new Set<Promise<unknown>>();
  let numbers = 0;
  const number = (): number => (numbers += 1);
  const stageOf = (name: string): Stage => ({
    ...place,
    ...settled(clock, books, open, name),
    number,
    random: seededRandom(seed, name),
  });
  const intervals = ['chaturbate', 'stripchat', 'camsoda'].map(() =>
    pick(random, [seconds(2), seconds(5), seconds(10), seconds(20), seconds(30), seconds(30)]),
  );
  const [first = 0, second = 0, third = 0] = intervals;
  const actors: Actor[] = [
    openCam(stageOf('chaturbate'), 'chaturbate', first),
    openCam(stageOf('chaturbate events'), 'chaturbate events', seconds(5)),
    openCam(stageOf('stripchat'), 'stripchat', second),
    openCam(stageOf('camsoda'), 'camsoda', third),
    openTwitch(stageOf('twitch')),
    openTikTok(stageOf('tiktok')),
    openTipping(stageOf('tipping')),
    openAnilibria(stageOf('anilibria')),
  ];
  const stops: Stop[] = [];
  return {
    intervals,
    begin(strikes) {
      const repeat = (name: string, every: number, run: () => void): void =>
        void stops.push(repeated(clock, seededRandom(seed, name, 'when'), every, run));
      for (const { line, give, ask, strike } of actors) {
        const burst = seededRandom(seed, line, 'burst');
        repeat(`${line} give`, seconds(20 + 40 * random()), () => {
          for (let left = burst() < 0.1 ? 2 + Math.floor(burst() * 12) : 1; left > 0; left -= 1) give();
        });
        if (ask)
          repeat(`${line} ask`, minutes(2), () => {
            for (let left = burst() < 0.1 ? Math.floor(burst() * 30) : 1; left > 0; left -= 1) ask();
          });
        if (strikes) repeat(`${line} strike`, minutes(4), strike);
      }
    },
    end() {
      for (const stop of stops) stop();
    },
    get unfinished() {
      return open.size;
    },
    check: () => new Map(actors.map((actor) => [actor.line, actor.check()])),
    close: () => Promise.all(actors.map((actor) => actor.close())),
  };
}
