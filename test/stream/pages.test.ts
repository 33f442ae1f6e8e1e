import { describe, expect, it } from 'vitest';
import { createPages, type Page, type Received } from '../../src/stream/pages.ts';
import { createTicket, type Desk } from '../../src/stream/ticket.ts';

const desk: Desk = { patient: true, counting: 1, generation: 1, settled() {}, stalled() {}, behind() {} };
const received = (...ids: string[]): Received<string>[] => ids.map((id) => ({ event: `event ${id}`, id, at: 1000 }));
const take = <E>(page: Page<E>, event: unknown): void => page.taken(createTicket(desk, event, 0, page));
const ids = (list: readonly Received<string>[]): string => list.map(({ id }) => id).join('');

function open(kept: boolean) {
  const told: boolean[] = [];
  return { told, pages: createPages<string>(kept, (pageEnd) => told.push(pageEnd)) };
}

describe('answers on their way', () => {
  it('delivery-1 commit what is taken with everything before it, in whatever order it is taken', () => {
    const { pages } = open(true);
    const list = received('a', 'b', 'c', 'd');
    const page = pages.open('next', list, true);
    const committed = [2, 1, 0, 3].map((at) => {
      take(page, list[at]);
      return [page.committed, page.complete, ids(pages.pending())];
    });
    expect(committed).toEqual([
      [0, false, 'abcd'],
      [0, false, 'abcd'],
      [3, false, 'd'],
      [4, true, ''],
    ]);
  });

  it('delivery-3 a later answer is committed after an earlier one, and waits whole until then', () => {
    for (const kept of [true, false]) {
      const { pages, told } = open(kept);
      const [first, second] = [received('a', 'b'), received('c', 'd')];
      const one = pages.open(undefined, first, true);
      const two = pages.open('second', second, true);
      expect([pages.size, pages.oldest, told]).toEqual([2, one, []]);
      take(one, first[0]);
      take(two, second[0]);
      expect(ids(pages.pending())).toBe('bcd');
      take(two, second[1]);
      // What upstream gives again comes again with the stuck one; what it does not is remembered.
      expect([pages.size, ids(pages.pending())]).toEqual(kept ? [2, 'bcd'] : [1, 'b']);
      take(one, first[1]);
      expect([pages.size, pages.oldest, ids(pages.pending())]).toEqual([0, undefined, '']);
      expect(told).toEqual([false, false, false, true]);
    }
  });

  it('an empty answer moves the place, takes none in the row, and is nothing where it moves no cursor', () => {
    const { pages, told } = open(true);
    expect(pages.open('same', [], false)).toMatchObject({ complete: true, committed: 0 });
    expect([pages.size, told]).toEqual([0, []]);
    pages.open('moved', [], true);
    expect([pages.size, told]).toEqual([0, [true]]);
    const list = received('a');
    const page = pages.open('full', list, true, 'before');
    expect(page).toMatchObject({ cursor: 'full', after: 'before', complete: false });
    pages.open('empty', [], false);
    expect(pages.size).toBe(1);
    take(page, list[0]);
    expect([pages.size, told]).toEqual([0, [true, false, true]]);
  });
});
