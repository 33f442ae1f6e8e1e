import type { Line } from './faults.ts';

/** What became of a numbered event on its way. */
export interface Loss {
  readonly numbers: readonly number[];
  /** Unix time in milliseconds. */
  readonly at: number;
  /** What befell it. */
  readonly by: string;
}

/** What one evening writes down, apart from what any client says. */
export interface Books {
  /** Faults that happened, by `kind` and line. */
  readonly faults: Map<string, Map<Line, number>>;
  /** What must never happen, in words. */
  readonly broken: string[];
  /** Requests by line. */
  readonly asked: Map<Line, number>;
  /** Numbers that reached a client, by line. */
  readonly arrived: Map<Line, Set<number>>;
  /** Numbers that an upstream gave away and that reached nobody. */
  readonly lost: Map<Line, Loss[]>;
  /** Told of every text that reaches a client, by line. */
  readonly ears: Map<Line, (text: string) => void>;
  /** Answers that an upstream gave and that did not arrive whole, by route. */
  readonly spoiled: Map<string, number>;
  count(kind: string, line: Line): void;
  break(what: string): void;
  arrive(line: Line, text: string): void;
  lose(line: Line, text: string, at: number, by: string): void;
}

/** The numbers that a text holds: every event of the schedule carries its own, as `#17#`. */
export const numbersIn = (text: string): number[] =>
  Array.from(text.matchAll(/#(\d+)#/g), ([, number]) => Number(number));

export function openBooks(): Books {
  const books: Books = {
    faults: new Map(),
    broken: [],
    asked: new Map(),
    arrived: new Map(),
    lost: new Map(),
    ears: new Map(),
    spoiled: new Map(),
    count(kind, line) {
      const counts = books.faults.get(kind) ?? new Map<Line, number>();
      books.faults.set(kind, counts.set(line, (counts.get(line) ?? 0) + 1));
    },
    break(what) {
      // One of a kind is enough to look at.
      if (books.broken.length < 20) books.broken.push(what);
    },
    arrive(line, text) {
      books.ears.get(line)?.(text);
      const numbers = books.arrived.get(line) ?? new Set<number>();
      books.arrived.set(line, numbers);
      for (const number of numbersIn(text)) numbers.add(number);
    },
    lose(line, text, at, by) {
      const numbers = numbersIn(text);
      if (numbers.length > 0) books.lost.set(line, [...(books.lost.get(line) ?? []), { numbers, at, by }]);
    },
  };
  return books;
}
