import { type Answer, json } from '../answer.ts';
import type { TippingSwitches } from './switches.ts';

const whole = (text: string | null, otherwise: number): number => {
  const value = Number(text ?? otherwise);
  return Number.isInteger(value) && value > 0 ? value : otherwise;
};

/** One page of a list, wrapped as the switch says. */
export function pageOf(
  all: readonly unknown[],
  query: URLSearchParams,
  name: string,
  lists: TippingSwitches['lists'],
): Answer {
  const limit = Math.min(100, whole(query.get('limit'), 20));
  const page =
    lists === 'cursor' ? whole(query.get('cursor')?.replace('after-', '') ?? null, 1) : whole(query.get('page'), 1);
  const items = all.slice((page - 1) * limit, page * limit);
  const total = all.length;
  const pages = Math.max(1, Math.ceil(total / limit));
  const info = { page, limit, total, pages };
  switch (lists) {
    case 'array':
      return json(200, all);
    case 'named':
      return json(200, { [name]: items, ...info });
    case 'meta':
      return json(200, { data: items, meta: info });
    case 'flat':
      return json(200, { results: items, page, has_more: page < pages });
    case 'cursor':
      return json(200, { items, ...(page < pages && { next_cursor: `after-${page + 1}` }), has_more: page < pages });
    default:
      return json(200, { [lists]: items, pagination: info });
  }
}
