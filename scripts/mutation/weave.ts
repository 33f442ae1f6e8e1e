import type { Mutant } from './mutants.ts';

/** A mutant with the number by which it is switched on. */
export interface NumberedMutant extends Mutant {
  readonly id: number;
}

/** The switch in the source: it says whether this mutant is on, and notes that a test came here. */
const on = (id: number): string => `globalThis.__mutant(${id})`;

/**
 * The source with all these mutants in it, each behind its switch: it is transformed once, and every run chooses one. They may stand inside
 * each other, and several in one place.
 */
export function weave(source: string, mutants: readonly NumberedMutant[]): string {
  const render = (from: number, to: number, list: readonly NumberedMutant[]): string => {
    let result = '';
    let at = from;
    let rest = list;
    for (let first = rest[0]; first; first = rest[0]) {
      const { start, end } = first;
      const here = rest.filter((each) => each.start === start && each.end === end);
      const inside = rest.filter((each) => !here.includes(each) && each.start < end);
      const original = render(start, end, inside);
      const changed = here.flatMap(({ id, text }) => (text === undefined ? [] : [`${on(id)} ? (${text}) : `]));
      const left = here.filter(({ text }) => text === undefined).map(({ id }) => `!${on(id)}`);
      result += source.slice(at, start);
      result += left.length > 0 ? `{ if (${left.join(' && ')}) ${original} }` : `(${changed.join('')}(${original}))`;
      at = end;
      rest = rest.filter((each) => each.start >= end);
    }
    return result + source.slice(at, to);
  };
  const sorted = [...mutants].sort((one, other) => one.start - other.start || other.end - one.end);
  return render(0, source.length, sorted);
}
