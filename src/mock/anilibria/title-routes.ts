import { anilibriaVersions } from '../../anilibria/endpoints.ts';
import { type Answer, json } from '../answer.ts';
import { pick } from '../random.ts';
import type { ServiceRoute, ServiceVisit } from '../service.ts';
import type { Desk, Served } from './desk.ts';
import { detail, failure, unprocessable } from './failure.ts';
import { genres, type LibraryTitle, toWire } from './library.ts';

type Parameters = URLSearchParams;

/** What is wrong with a number in the query. */
function wrongNumber({ setting, switches }: Desk, query: Parameters, name: string, most: number): Answer | undefined {
  const said = query.get(name);
  if (said === null) return undefined;
  const value = Number(said);
  if (Number.isInteger(value) && value >= 1 && value <= most) return undefined;
  if (switches.validation === 'documented')
    return failure(400, 'INVALID_PARAMETERS', `Неверный параметр ${name}`, setting.clock.now(), { [name]: said });
  return Number.isInteger(value)
    ? unprocessable(
        ['query', name],
        `Input should be between 1 and ${most}`,
        value < 1 ? 'greater_than_equal' : 'less_than_equal',
      )
    : unprocessable(
        ['query', name],
        'Input should be a valid integer, unable to parse string as an integer',
        'int_parsing',
      );
}

const numberOf = (query: Parameters, name: string, otherwise: number): number => Number(query.get(name) ?? otherwise);

const matches = ({ names }: LibraryTitle, words: string, fuzzy: boolean): boolean => {
  const text = `${names.ru} ${names.en}`.toLowerCase();
  const wanted = words.toLowerCase();
  return text.includes(wanted) || (fuzzy && wanted.length > 3 && text.includes(wanted.slice(0, -1)));
};

const orders: Readonly<Record<string, (title: LibraryTitle) => number>> = {
  id: ({ id }) => id,
  year: ({ year }) => year ?? 0,
  rating: ({ watched }) => watched,
  updated: ({ updated_at }) => Date.parse(updated_at ?? ''),
};

function list(desk: Desk, query: Parameters): Answer | Served {
  const wrong = wrongNumber(desk, query, 'page', 1e9) ?? wrongNumber(desk, query, 'limit', 100);
  if (wrong) return wrong;
  const [page, limit] = [numberOf(query, 'page', 1), numberOf(query, 'limit', 20)];
  const wanted = [...query.getAll('genres'), ...query.getAll('genres[]')].flatMap((each) => each.split(','));
  const is = (name: string, value: unknown): boolean => !query.has(name) || query.get(name) === String(value);
  const found = desk.titles.filter(
    (title) =>
      is('year', title.year) &&
      is('season', title.season) &&
      is('status', title.status) &&
      matches(title, query.get('search') ?? '', false) &&
      wanted.every((genre) => title.genres?.includes(genre)),
  );
  const order = orders[query.get('sort') ?? 'id'] ?? (() => 0);
  const sign = query.get('order') === 'desc' ? -1 : 1;
  const sorted = found.sort((one, other) => sign * (order(one) - order(other)));
  return {
    data: sorted.slice((page - 1) * limit, page * limit).map((title) => toWire(title, desk.switches.episodes)),
    pagination: { page, limit, total: found.length, pages: Math.ceil(found.length / limit) },
  };
}

function search(desk: Desk, query: Parameters): Answer | Served {
  const words = query.get('q');
  if (words === null) return unprocessable(['query', 'q'], 'Field required', 'missing');
  if ([...words].length < 2 || [...words].length > 100)
    return unprocessable(
      ['query', 'q'],
      'String should have at least 2 and at most 100 characters',
      'string_too_short',
    );
  const wrong = wrongNumber(desk, query, 'limit', 100);
  if (wrong) return wrong;
  const found = desk.titles.filter((title) => matches(title, words, query.get('fuzzy') === 'true'));
  return { data: found.slice(0, numberOf(query, 'limit', 20)).map((title) => toWire(title, desk.switches.episodes)) };
}

const missing = ({ setting, switches }: Desk, id: number): Answer =>
  switches.missing === 'fastapi'
    ? detail(404, 'Title not found')
    : failure(404, 'TITLE_NOT_FOUND', `Тайтл с ID ${id} не найден`, setting.clock.now(), {
        title_id: id,
        searched_sources: ['cache', 'api', 'database'],
      });

function one(desk: Desk, said: string): Answer | Served {
  const id = Number(said);
  if (!Number.isInteger(id))
    return unprocessable(['path', 'title_id'], 'Input should be a valid integer', 'int_parsing');
  const title = desk.title(id);
  return title ? { data: toWire(title, desk.switches.episodes) } : missing(desk, id);
}

const top = (desk: Desk, query: Parameters, by: (title: LibraryTitle) => number): Answer | Served =>
  wrongNumber(desk, query, 'limit', 100) ?? {
    data: [...desk.titles]
      .sort((a, b) => by(b) - by(a))
      .slice(0, numberOf(query, 'limit', 20))
      .map((title) => toWire(title, desk.switches.episodes)),
  };

function schedule({ titles, switches }: Desk): Served {
  const now = titles.filter(({ status }) => status === 'ongoing').slice(-14);
  const wire = now.map((title) => toWire(title, switches.episodes));
  const days = Array.from({ length: 7 }, (_, day) => ({
    day,
    titles: wire.filter((_each, index) => index % 7 === day),
  }));
  const shapes = {
    titles: wire,
    days,
    map: Object.fromEntries(days.map(({ day, titles: here }) => [String(day), here])),
  };
  return { data: shapes[switches.schedule] };
}

/** How the service is; bare, without an envelope. */
function health({ setting, switches }: Desk): Answer {
  const status = switches.health;
  return json(status === 'healthy' ? 200 : 503, {
    status,
    version: '1.0.0',
    anilibria_api: { status: 'connected', response_time: 150 },
    database: { status: 'connected', response_time: 5 },
    cache: { status: 'connected', hit_rate: 0.85 },
    uptime: 3600,
    timestamp: new Date(setting.clock.now()).toISOString(),
  });
}

/** The nine routes of version 2. */
export function titleRoutes(desk: Desk): ServiceRoute[] {
  const route = (path: string, make: (visit: ServiceVisit) => Answer | Served): ServiceRoute => ({
    method: 'GET',
    path: anilibriaVersions.v2 + path,
    answer: (visit) => desk.serve(visit, path.replace(/:\w+/, '{title_id}'), () => make(visit)),
  });
  return [
    route('/titles', ({ url }) => list(desk, url.searchParams)),
    route('/titles/:id', ({ params }) => one(desk, params.id ?? '')),
    route('/search', ({ url }) => search(desk, url.searchParams)),
    route('/updates', ({ url }) => top(desk, url.searchParams, ({ updated_at }) => Date.parse(updated_at ?? ''))),
    route('/popular', ({ url }) => top(desk, url.searchParams, ({ watched }) => watched)),
    route('/random', () => ({
      data: toWire(pick(desk.setting.random, desk.titles as [LibraryTitle, ...LibraryTitle[]]), desk.switches.episodes),
      fresh: true,
    })),
    route('/schedule', () => schedule(desk)),
    route('/genres', () => ({ data: [...genres] })),
    route('/health', () => health(desk)),
  ];
}
