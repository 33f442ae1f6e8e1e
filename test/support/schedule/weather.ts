import type { Clock } from '../../../src/core/time.ts';
import { minutes, type Random } from '../../../src/core/time.ts';
import { pick } from '../../../src/mock/random.ts';
import { dealt, type Line, lines, type Trouble } from './faults.ts';
import type { FrameTrouble, OpeningTrouble } from './wires.ts';

/** What befalls the network of an evening, line by line: quiet times, rough ones, storms, and times when nobody can be reached. */
export interface Weather {
  trouble(line: Line): Trouble | undefined;
  opening(line: Line): OpeningTrouble | undefined;
  frame(line: Line): FrameTrouble | undefined;
  /** The share of requests of a line that something befalls now. */
  rate(line: Line): number;
  /** From now on nothing befalls anybody. */
  calm(): void;
}

const frames = [
  'frame twice',
  'frame twice',
  'garbage before a frame',
  'half a frame before it',
  'late frame',
] as const;
/** The share of requests, and the one of frames. */
const rates = [0, 0.02, 0.05, 0.1, 0.2, 0.5] as const;

/** @param gentle - No fault at all, so that nothing may be missed either. */
export function openWeather(clock: Clock, randomOf: (line: Line) => Random, gentle: boolean): Weather {
  /** What befalls one line does not depend on what the others do. */
  const chances = new Map(lines.map((line) => [line, randomOf(line)]));
  const chance = (line: Line): Random => chances.get(line) ?? Math.random;
  const now = new Map<Line, { rate: number; away: boolean }>();
  let over = gentle;
  /** One answer of this kind costs as much as a hundred others. */
  let oversized = chance('stripchat')() < 0.2 ? 1 : 0;
  const change = (line: Line): void => {
    if (over) return;
    const random = chance(line);
    now.set(line, { rate: pick(random, rates), away: random() < 0.04 });
    const { away } = now.get(line) ?? {};
    clock.after(away ? minutes(0.5 + random() * 2) : minutes(1 + random() * 9), () => change(line));
  };
  for (const line of lines) clock.after(minutes(0.5), () => change(line));
  const look = (line: Line): { rate: number; away: boolean } =>
    over ? { rate: 0, away: false } : (now.get(line) ?? { rate: 0, away: false });
  return {
    rate: (line) => look(line).rate,
    trouble(line) {
      const { rate, away } = look(line);
      if (away) return { kind: 'refused' };
      const random = chance(line);
      if (rate === 0 || random() >= rate) return undefined;
      if (oversized > 0 && random() < 0.1) {
        oversized -= 1;
        return { kind: 'oversized body' };
      }
      return dealt(random, line);
    },
    opening(line) {
      const { rate, away } = look(line);
      if (away) return 'refused';
      const random = chance(line);
      if (rate === 0 || random() >= rate) return undefined;
      return pick<OpeningTrouble>(random, ['refused', 'never opens', 500, 502, 503, 429]);
    },
    frame(line) {
      const { rate } = look(line);
      const random = chance(line);
      return rate > 0 && random() < rate / 4 ? pick(random, frames) : undefined;
    },
    calm() {
      over = true;
    },
  };
}
