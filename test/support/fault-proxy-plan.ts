import type { Random } from '../../src/core/time.ts';
import { pick } from '../../src/mock/random.ts';
import type { Change } from './fault-changes.ts';
import { type Cut, cuts, type FaultProxyOptions, type Passage } from './fault-passage.ts';

/** What happens to one request. */
export interface Plan {
  cut: Cut | undefined;
  change: Change | undefined;
  /** From 0 to 1: at which byte of what is cut. */
  place: number;
  delays: [number, number];
  /** At which byte a socket is cut. */
  socketByte: number | undefined;
  /** It is not cut there, but says nothing more. */
  freezes: boolean;
}

const isCut = (fault: Cut | Change): fault is Cut => cuts.some((each) => each === fault);

/** All that chance decides is drawn here, in the order of the requests, whatever becomes of them. */
export function planned(options: FaultProxyOptions, random: Random, passage: Passage): Plan {
  const { rate = 0.5, delay = 0, socketBytes = 2000 } = options;
  const hit = random() < rate;
  const chosen = pick(random, options.cuts ?? cuts);
  const [place, first, second] = [random(), random(), random()];
  const decided = options.decide?.(passage) ?? (hit ? chosen : 'none');
  const fault = decided === 'none' || passage.socket ? undefined : decided;
  return {
    cut: fault && isCut(fault) ? fault : undefined,
    change: fault && !isCut(fault) ? fault : undefined,
    freezes: options.freezes !== undefined && random() < options.freezes,
    place,
    delays: [first * delay, second * delay],
    socketByte: decided === 'none' || !passage.socket ? undefined : Math.floor(place * socketBytes),
  };
}

/** A byte of `length` with at least one before and one behind it. */
export const inside = (place: number, length: number): number => 1 + Math.floor(place * (length - 1));
