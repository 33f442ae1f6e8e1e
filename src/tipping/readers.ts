import { defined } from '../core/defined.ts';
import type { Page } from '../core/page.ts';
import { isWire, type Wire } from '../stream/tip-wire.ts';

/** The fields that an answer must have, and their kind. Everything else may be missing, unknown or new. */
export type Needs = Readonly<Record<string, 'string' | 'number'>>;

/** The thing itself, where the platform wraps it. */
const bare = (value: unknown, needs: Needs): unknown =>
  isWire(value) && isWire(value.data) && !Object.keys(needs).some((key) => key in value) ? value.data : value;

/** A reader of one model, bare or as `{ data }`. */
export const model = <T>(needs: Needs = {}): ((value: unknown) => T) => {
  const wrong = (value: Wire): string | undefined => Object.keys(needs).find((key) => typeof value[key] !== needs[key]);
  const fits = (value: unknown): value is T => isWire(value) && wrong(value) === undefined;
  return (value) => {
    const one = bare(value, needs);
    if (fits(one)) return one;
    throw new TypeError(`${(isWire(one) && wrong(one)) || 'value'}: invalid_type`);
  };
};

/** The array of a list, wherever it is (TP-33). */
const itemsOf = (body: unknown, resource: string): readonly unknown[] | undefined => {
  if (Array.isArray(body)) return body;
  if (!isWire(body)) return undefined;
  for (const key of [resource, 'items', 'results', 'data']) {
    const found = itemsOf(body[key], resource);
    if (found) return found;
  }
  return undefined;
};

/** What is said of the page, wherever it is (TP-33). */
const infoOf = (body: unknown, depth = 0): Wire => {
  // Nobody wraps a page more often; each wrapping is copied with what is in it.
  if (!isWire(body) || depth > 3) return {};
  const [data, meta, pagination] = [body.data, body.meta, body.pagination].map((part) => infoOf(part, depth + 1));
  return { ...data, ...body, ...meta, ...pagination };
};

const numberIn = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** A reader of a list in any of its wrappings (TP-33). An upstream that says nothing of pages has given everything. */
export const listOf =
  <T>(resource: string, item: (value: unknown) => T) =>
  (body: unknown): Page<T> => {
    const found = itemsOf(body, resource);
    if (!found) throw new TypeError(`${resource}: invalid_type`);
    const items = found.map((each, index) => {
      try {
        return item(each);
      } catch (error) {
        throw new TypeError(`${resource}.${index}.${error instanceof Error ? error.message : ''}`);
      }
    });
    const info = infoOf(body);
    const { next_cursor: cursor, has_more: more } = info;
    const [page, pages, total, limit] = [info.page, info.pages, info.total, info.limit].map(numberIn);
    const after = page !== undefined && items.length > 0 ? { page: page + 1 } : undefined;
    const goesOn =
      typeof more === 'boolean'
        ? more
        : page !== undefined &&
          (pages !== undefined ? page < pages : total !== undefined && limit !== undefined && page * limit < total);
    const pointed = typeof cursor === 'string' && cursor !== '' && more !== false ? { cursor } : undefined;
    const next = pointed ?? (goesOn ? after : undefined);
    // Says how much there is and not where this is: only whoever asked knows the number of this page.
    const size = limit || items.length;
    const known = pages ?? (total !== undefined && size ? Math.ceil(total / size) : undefined);
    const counts = page === undefined && cursor === undefined && more !== false;
    const until = next ? undefined : more === true ? Number.POSITIVE_INFINITY : counts ? known : undefined;
    const upstream = Object.fromEntries(Object.entries(info).filter(([, value]) => typeof value !== 'object'));
    return defined<Page<T>>({
      items,
      total,
      ...pointed,
      page,
      pages,
      upstream: Object.keys(upstream).length > 0 ? upstream : undefined,
      next,
      until,
    });
  };
