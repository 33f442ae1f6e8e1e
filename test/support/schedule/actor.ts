import type { ClientOptions } from '../../../src/core/options.ts';
import type { Clock, Random } from '../../../src/core/time.ts';
import type { Mock } from '../../../src/mock/options.ts';
import type { Peer } from '../../../src/mock/service.ts';
import type { Books } from './books.ts';
import type { Line } from './faults.ts';

/** What every platform of an evening is made with. */
export interface Stage {
  clock: Clock;
  /** How far the clock of the upstreams is ahead, in milliseconds. */
  skew: number;
  /** A row of numbers of this platform alone. */
  random: Random;
  books: Books;
  mock: Pick<Mock, 'tip' | 'emit'> & Pick<Mock, 'twitch' | 'tiktok' | 'tipping' | 'anilibria'>;
  /** What a client of this name is made with. */
  options(client: string): ClientOptions;
  /** The open sockets of a line, from the other side. */
  peers(line: Line): Peer[];
  /** Requests that no answer came to yet. */
  underWay(line: Line): number;
  /** Where every upstream is. */
  origin: string;
  /** By how much a time may be off that was taken on the way, in milliseconds. */
  slack: number;
  /** A number that no other event has. */
  number(): number;
  /** Waits on the clock; never rejects. */
  wait(ms: number): Promise<void>;
  /** Something that has to come to its end before the evening does. */
  outstanding(work: Promise<unknown>): void;
}

/** One platform of an evening: what happens upstream, what befalls it, and what a program made of it. */
export interface Actor {
  readonly line: Line;
  /** Something is given upstream. */
  give(): void;
  /** Something befalls this platform alone. */
  strike(): void;
  /** Calls beside the streams. */
  ask?(): void;
  /** Looks at the end whether everything is right; what is not goes into the books. */
  check(): Tally;
  close(): Promise<void>;
}

/** What became of everything that was given. */
export interface Tally {
  given: number;
  counted: number;
  /** Not counted, and said to be a gap. */
  said: number;
  /** Calls that were answered, and that failed with an error of ours. */
  answered?: number;
  refused?: number;
}
