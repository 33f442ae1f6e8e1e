import type { Page } from '../core/page.ts';
import type { TwitchList } from './schemas.ts';

/** Reads a list in the envelope of Helix. Without a cursor it is the last page. */
export const pageOf =
  <T>(list: (value: unknown) => TwitchList<T>) =>
  (value: unknown): Page<T> => {
    const { data, pagination, total } = list(value);
    const items = data ?? [];
    const cursor = pagination?.cursor || undefined;
    return { items, ...(total !== undefined && { total }), ...(cursor && { cursor, next: { after: cursor } }) };
  };
