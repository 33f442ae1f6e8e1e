import { sleep, systemClock } from '../core/time.ts';
import { createAllowance } from './allowance.ts';
import { type Answer, json } from './answer.ts';
import { camsoda } from './camsoda.ts';
import { chaturbate } from './chaturbate.ts';
import { openTo } from './cors.ts';
import { parseDirective } from './directive.ts';
import { createFailures } from './failures.ts';
import { instead, labelOf, spoil } from './faults.ts';
import { mistake } from './mistake.ts';
import type { Mock, MockOptions, MockRequest } from './options.ts';
import { type MockPlatform, matchPath, type Route, type ScriptTip } from './platform.ts';
import { chosen, furnished, openRooms } from './rooms.ts';
import { stripchat } from './stripchat.ts';
import { createWorld, everyRoom, mannerOf } from './world.ts';

/** Every upstream that the mock can be. */
export const platforms: readonly MockPlatform[] = [chaturbate, stripchat, camsoda];

/** How many requests are remembered. */
const remembered = 10_000;

/** A route and whose it is. */
type Door = Route & { platform: string };
const keyOf = ({ platform, dialect }: Pick<Door, 'platform' | 'dialect'>): string => `${platform}/${dialect}`;

/** The routes of all platforms, those with fewer `:names` first: `/events/stripchat` is not a broadcaster's name. */
const doorsOf = (here: readonly MockPlatform[]): Door[] => {
  const names = ({ path }: Door): number => path.split(':').length;
  return here
    .flatMap(({ name, routes }) => routes.map((route) => ({ platform: name, ...route })))
    .sort((a, b) => names(a) - names(b));
};

/**
 * The upstreams without a transport. `createMockServer` puts them behind HTTP, `handlers` behind msw.
 *
 * @throws `CONFIG` for an option that makes no sense
 */
export function createMock(options: MockOptions = {}): Mock {
  const { seed = 1, limit = Number.POSITIVE_INFINITY, pace = 1, every = 4000, pageSize = 10, backlog = 3 } = options;
  const { strict = false, cors = true, clock = systemClock } = options;
  const wrong = Object.entries({ pace, every, pageSize }).find(([, value]) => !(value > 0));
  if (wrong) throw mistake(`${wrong[0]} is ${wrong[1]}; it must be more than 0`);
  const scenario = parseDirective(options.scenario ?? '');
  const here = chosen(platforms, options.platforms);
  const world = createWorld({
    seed,
    rooms: furnished(options.rooms ?? everyRoom(here), here),
    platforms: here,
    limit: scenario.quiet ? 0 : limit,
    every,
    backlog: scenario.quiet ? 0 : backlog,
  });
  const rooms = openRooms(world, { clock, pace, strict });
  const doors = doorsOf(here);
  const failures = createFailures(options.faults, seed, [...new Set(doors.map(keyOf))], scenario.fault);
  const counted = options.rateLimits ? doors : [];
  const allowances = new Map(counted.map((door) => [keyOf(door), createAllowance(mannerOf(here, door)?.limit)]));
  const requests: MockRequest[] = [];

  const serve = async (
    door: Door,
    visit: { request: Request; url: URL; params: Record<string, string> },
    record: MockRequest,
  ): Promise<Answer> => {
    const { request, url } = visit;
    const asked = parseDirective(request.headers.get('x-mock-scenario') ?? url.searchParams.get('mock') ?? '');
    const fault = failures.next(door, asked.fault);
    if (fault) record.fault = labelOf(fault);
    if (fault?.kind === 'latency') await sleep(clock, fault.ms, request.signal);
    const other = fault && instead(fault, clock.now());
    if (other) return other;
    const told = allowances.get(keyOf(door))?.take(clock.now());
    if (told?.wait)
      return json(429, { error: 'too many requests' }, { ...told.headers, 'retry-after': `${told.wait}` });
    const answer = await door.answer({
      ...visit,
      find: (dialect, by) => rooms.find(door.platform, dialect, by),
      pageSize,
      format: asked.format ?? scenario.format,
      strict,
      now: clock.now,
      empty: asked.empty ?? scenario.empty ?? false,
    });
    const full = { ...answer, headers: { ...answer.headers, ...told?.headers } };
    return fault ? spoil(fault, full) : full;
  };

  const route = async (request: Request, url: URL, record: MockRequest): Promise<Answer> => {
    if (request.method === 'OPTIONS') return { status: cors ? 204 : 403, headers: {}, body: '' };
    for (const door of doors) {
      const params = matchPath(door.path, url.pathname);
      if (!params) continue;
      Object.assign(record, { platform: door.platform, dialect: door.dialect });
      if (request.method !== 'GET') return json(405, { error: 'only GET is answered here' }, { allow: 'GET' });
      return serve(door, { request, url, params }, record);
    }
    return json(404, { error: `nothing is served at ${url.pathname}`, routes: doors.map(({ path }) => path) });
  };

  return {
    world,
    script: world.script,
    requests,
    faults: failures.counts,
    tip(platform, { amount = 100, tipper = 'supporter', message = '', anonymous = false, format, ...where } = {}) {
      const { room, startedAt, add } = rooms.inside(platform, where);
      const tip: ScriptTip = {
        platform,
        dialect: room.dialect,
        channel: room.channel,
        at: startedAt === undefined ? 0 : clock.now() - startedAt,
        amount,
        tipper: anonymous ? 'Anonymous' : tipper,
        wireName: tipper,
        message,
        anonymous,
        format: format ?? mannerOf(here, room)?.formats[0] ?? '',
      };
      add({ tip });
      return tip;
    },
    emit: (platform, event, where = {}) => rooms.inside(platform, where).add({ wire: event }),
    fail: failures.order,
    rekey: (platform, credential, where = {}) => rooms.rekey(rooms.inside(platform, where), credential),
    env(origin) {
      // Of two rooms of one platform the variables can name but one: the first.
      const all = world.rooms.map((room) => mannerOf(here, room)?.env(room, origin) ?? {});
      return Object.assign({}, ...all, ...[...all].reverse());
    },
    routes: doors.map(({ platform, dialect, path }) => ({ platform, dialect, path })),
    serves: (path) => doors.some((door) => matchPath(door.path, path)),
    async answer(request) {
      const url = new URL(request.url);
      const { method, headers } = request;
      const record: MockRequest = {
        method,
        path: url.pathname + url.search,
        headers: Object.fromEntries(headers),
        at: clock.now(),
      };
      requests.push(record);
      if (requests.length > remembered) requests.shift();
      const answer = await route(request, url, record).catch((error: unknown) => refusal(error, request.signal));
      record.status = answer.status;
      const date = new Date(clock.now()).toUTCString();
      return { ...answer, headers: { date, ...answer.headers, ...(cors ? openTo(request) : {}) } };
    },
  };
}

/** A client that left meanwhile needs no answer; a scenario that nobody knows is the client's mistake. */
function refusal(error: unknown, signal: AbortSignal): Answer {
  if (signal.aborted) return { ...json(499, {}), trouble: { kind: 'reset' } };
  return json(400, { error: error instanceof Error ? error.message : 'the mock failed' });
}
