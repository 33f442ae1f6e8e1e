import type { Stop } from '../../core/time.ts';
import { people, phrases, realAmounts } from '../people.ts';
import { pick } from '../random.ts';
import type { ServiceSetting } from '../service.ts';

/** What a guest of the evening does. */
export interface Guest {
  username: string;
  tokens: number;
  message: string;
  isPrivate: boolean;
}

/** Tips that come by themselves. */
export interface Evening {
  /** Begins, where it has not begun. */
  begin(): void;
  stop: Stop;
}

/** Guests who are there from the start, with more tokens than they can spend. */
export const guests = [people[0], people[3], people[5], people[11]] as const;

/** One tip after the other while `heard()`, at intervals around `every`. */
export function createEvening(
  { clock, random, pace, every }: Pick<ServiceSetting, 'clock' | 'random' | 'pace' | 'every'>,
  heard: () => boolean,
  give: (guest: Guest) => void,
): Evening {
  let stop: Stop | undefined;
  const next = (): void => {
    stop = clock.after(Math.max(20, (every * (0.5 + random())) / pace), () => {
      stop = undefined;
      if (!heard()) return;
      give({
        username: pick(random, guests),
        tokens: pick(random, realAmounts),
        message: pick(random, phrases),
        isPrivate: random() < 0.1,
      });
      next();
    });
  };
  return {
    begin() {
      if (!stop && Number.isFinite(every)) next();
    },
    stop: () => stop?.(),
  };
}
