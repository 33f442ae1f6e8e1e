import type { TipstreamError } from '../../../src/core/errors.ts';
import type { Stop } from '../../../src/core/time.ts';
import type { EventStream, StreamGap } from '../../../src/stream/event-stream.ts';
import { type Books, numbersIn } from './books.ts';
import type { Line } from './faults.ts';
import { trace } from './trace.ts';

/** What a program that watches has in its own books. */
export interface Seen {
  /** How often each number was counted. */
  readonly counted: ReadonlyMap<number, number>;
  readonly gaps: readonly StreamGap[];
  readonly errors: readonly TipstreamError[];
  /** Takes one event into account; `id` where it has one. */
  take(number: number | undefined, id?: string): void;
  /** Listens to a stream from now on. */
  hear(stream: EventStream<unknown>): Stop;
  /** A new process begins: what the last one had not committed comes again, under the same id. */
  begins(): void;
  /** Whether a gap was said that holds this moment. */
  says(at: number, early?: number, late?: number): boolean;
}

/** Nothing of this may be seen anywhere: it is the name behind an anonymous tip. */
export const hidden = 'hidden_whale';

export const numberOf = (text: string): number | undefined => numbersIn(text)[0];

export function openSeen(books: Books, line: Line): Seen {
  const counted = new Map<number, number>();
  const ids = new Map<string, { number: number | undefined; life: number }>();
  const gaps: StreamGap[] = [];
  const errors: TipstreamError[] = [];
  let life = 0;
  return {
    counted,
    gaps,
    errors,
    take(number, id) {
      if (number === undefined) return books.break(`${line}: an event without its number`);
      const before = id === undefined ? undefined : ids.get(id);
      if (before) {
        if (before.number !== number) books.break(`${line}: #${before.number} and #${number} have one id, ${id}`);
        else if (before.life === life) books.break(`${line}: #${number} came twice under its id ${id}`);
        ids.set(id ?? '', { number, life });
        return;
      }
      if (id !== undefined) ids.set(id, { number, life });
      const times = (counted.get(number) ?? 0) + 1;
      counted.set(number, times);
      if (times > 1) books.break(`${line}: #${number} was counted ${times} times, the last time as ${id}`);
    },
    hear(stream) {
      const stops = [
        stream.on('gap', (gap) => {
          trace(line, gap);
          gaps.push(gap);
        }),
        stream.on('error', (error) => {
          errors.push(error);
          trace(line, error.message);
          if (String(error.message).includes(hidden)) books.break(`${line}: an error names who is anonymous`);
        }),
        stream.on('end', (error) => error && books.break(`${line}: the stream ended: ${error.message}`)),
      ];
      return () => stops.forEach((stop) => void stop());
    },
    begins() {
      life += 1;
    },
    says: (at, early = 0, late = 0) =>
      gaps.some(({ from = Number.NEGATIVE_INFINITY, to }) => at >= from - early && at <= to + late),
  };
}
