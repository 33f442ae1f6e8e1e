import { digest } from '../core/account.ts';
import type { CacheName } from '../core/cache.ts';

/** The names under which the service itself keeps its answers (AL-34). */
const named =
  (name: (query: Readonly<Record<string, string>>, params: Readonly<Record<string, string>>) => string): CacheName =>
  ({ params, query }) =>
    name(Object.fromEntries(query), params);

export const titleKey: CacheName = named((_query, { id }) => `anilibria:title:${id}`);
export const scheduleKey: CacheName = named(() => 'anilibria:schedule');
export const genresKey: CacheName = named(() => 'anilibria:genres');
export const popularKey: CacheName = named(({ limit = 'default' }) => `anilibria:popular:limit:${limit}`);
export const updatesKey: CacheName = named(({ limit = 'default' }) => `anilibria:updates:limit:${limit}`);

/** The service's own name has no `fuzzy`, so that a similar hit could be given for an exact one. */
export const searchKey: CacheName = named(
  ({ q, limit, fuzzy }) => `anilibria:search:${q}:limit:${limit}:fuzzy:${fuzzy === 'true' ? 1 : 0}`,
);

/** The order of the filters, and of the genres among them, changes nothing. */
export const titlesKey: CacheName = async ({ query }) => {
  const { page = '1', limit = '20' } = Object.fromEntries(query);
  const filters = query.filter(([name]) => name !== 'page' && name !== 'limit').map((pair) => JSON.stringify(pair));
  return `anilibria:titles:page:${page}:limit:${limit}:filters:${(await digest(filters.sort().join())).slice(0, 16)}`;
};
