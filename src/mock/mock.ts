import { TipstreamError } from '../core/errors.ts';
import { type Clock, sleep, systemClock } from '../core/time.ts';
import { createAllowance } from './allowance.ts';
import { type Answer, json } from './answer.ts';
import { camsoda } from './camsoda.ts';
import { chaturbate } from './chaturbate.ts';
import { type Directive, parseDirective } from './directive.ts';
import { type Fault, type FaultPlan, faultPlan, instead, labelOf, spoil } from './faults.ts';
import { type Dialect, type MockPlatform, matchPath, type Route, type ScriptTip, type Visit } from './platform.ts';
import { chosen, furnished, openRooms } from './rooms.ts';
import { stripchat } from './stripchat.ts';
import { createWorld, everyRoom, mannerOf, type RoomOptions, type World } from './world.ts';

/** Every upstream that the mock can be. */
export const platforms: readonly MockPlatform[] = [chaturbate, stripchat, camsoda];

/** What an evening is like. */
export interface MockOptions {
  /** The same seed gives the same evening. @default 1 */
  seed?: string | number | undefined;
  /** Which upstreams there are. @default all */
  platforms?: readonly string[] | undefined;
  /** Whose rooms there are. @default one per platform and dialect, which without `strict` answers to any name */
  rooms?: readonly RoomOptions[] | undefined;
  /** For every request: `quiet` (nothing but what you inject), `empty`, `format:2`, `status:401`, `429:date:2`, `latency:12000`, ... @default 'evening' */
  scenario?: string | undefined;
  /** Ends the evening after so many tips of its script. @default no end */
  limit?: number | undefined;
  /** How fast the evening goes; with `Infinity` everything is due at once. @default 1 */
  pace?: number | undefined;
  /** Mean time between two tips of one room, in milliseconds of the evening. @default 4000 */
  every?: number | undefined;
  /** Events in one page at most. @default 10 */
  pageSize?: number | undefined;
  /** Events that a log (the true Chaturbate) already holds when its first visitor comes. @default 3 */
  backlog?: number | undefined;
  /** Failures over the evening; none of them loses an event. @default none */
  faults?: FaultPlan | undefined;
  /** Whether credentials are checked. @default false */
  strict?: boolean | undefined;
  /** Whether pages of other origins may read the answers. @default true */
  cors?: boolean | undefined;
  /** Whether the documented rate limits are counted and told. @default false */
  rateLimits?: boolean | undefined;
  /** @default the clock of the machine */
  clock?: Clock | undefined;
}

/** One request that arrived, as it arrived: credentials are not masked, so that a test can look at them. */
export interface MockRequest {
  method: string;
  /** Path and query. */
  path: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Unix time in milliseconds. */
  at: number;
  /** Whose route it reached. */
  platform?: string;
  dialect?: Dialect;
  /** What was answered; absent until then. */
  status?: number;
  /** What was made to fail, e.g. `429` or `reset`. */
  fault?: string;
}

/** Which room is meant. */
export interface Where {
  /** @default that of the first room that fits: `contract` where there is one */
  dialect?: Dialect | undefined;
  channel?: string | undefined;
}

/** A tip that a test makes happen. */
export interface InjectedTip extends Where {
  /** @default 100 */
  amount?: number | undefined;
  /** The name on the wire. @default 'supporter' */
  tipper?: string | undefined;
  /** @default '' */
  message?: string | undefined;
  /** @default false */
  anonymous?: boolean | undefined;
  /** The shape on the wire. @default the first of the platform */
  format?: string | undefined;
}

/** The upstreams without a transport: what a server and a test double have in common. */
export interface Mock {
  /** The evening as a script. */
  readonly world: World;
  /** The first `count` tips of the evening, in order across all rooms. */
  script(count?: number): readonly ScriptTip[];
  /** Every request so far, the last 10,000 of them. */
  readonly requests: readonly MockRequest[];
  /** Failures so far by platform, then by kind: `{ chaturbate: { '429': 2, reset: 1 } }`. */
  readonly faults: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Makes a tip happen now. */
  tip(platform: string, tip?: InjectedTip): ScriptTip;
  /** Makes any event happen now; it is sent as it is. */
  emit(platform: string, event: unknown, where?: Where): void;
  /** The next request fails in this way (`'reset'`, `'status:503'`, `'429:date:2'`, or a fault), or the next `times`. */
  fail(
    fault: Fault | string,
    options?: { platform?: string | undefined; dialect?: Dialect | undefined; times?: number | undefined },
  ): void;
  /** Replaces the credential of a room, as when a token is rotated. */
  rekey(platform: string, credential: string, where?: Where): void;
  /** Variables that lead a program to the rooms behind `origin`. */
  env(origin: string): Readonly<Record<string, string>>;
  /** The paths that are answered. */
  readonly routes: readonly { platform: string; dialect: Dialect; path: string }[];
  /** Answers one request. Whoever sends the answer calls its `handedOut`. */
  answer(request: Request): Promise<Answer>;
}

const keptRequests = 10_000;

export function createMock(options: MockOptions = {}): Mock {
  const {
    seed = 1,
    limit,
    pace = 1,
    every = 4000,
    pageSize = 10,
    backlog = 3,
    strict = false,
    cors = true,
    clock = systemClock,
  } = options;
  const scenario = parseDirective(options.scenario ?? '');
  const positive = Object.entries({ pace, every, pageSize }).find(([, value]) => !(value > 0));
  if (positive)
    throw new TipstreamError({
      code: 'CONFIG',
      platform: 'mock',
      message: `mock: ${positive[0]} is ${positive[1]}; it must be more than 0`,
    });
  const here = chosen(platforms, options.platforms);
  const world = createWorld({
    seed,
    rooms: furnished(options.rooms ?? everyRoom(here), here),
    platforms: here,
    limit: scenario.quiet ? 0 : (limit ?? Number.POSITIVE_INFINITY),
    every,
    backlog: scenario.quiet ? 0 : backlog,
  });
  const rooms = openRooms(world, { clock, pace, strict });
  const doors = here
    .flatMap(({ name, routes }) => routes.map((route) => ({ platform: name, ...route })))
    .sort((a, b) => names(a.path) - names(b.path));
  const kinds = [...new Set(doors.map(({ platform, dialect }) => `${platform}/${dialect}`))];
  const planned = faultPlan(options.faults, seed, kinds);
  const allowances = new Map(
    doors.map((door) => [
      `${door.platform}/${door.dialect}`,
      createAllowance(mannerOf(here, door)?.limit ?? { perMinute: 60, says: [] }),
    ]),
  );
  const turns = new Map<string, number>();
  const requests: MockRequest[] = [];
  const faults: Record<string, Record<string, number>> = {};
  let orders: { fault: Fault; platform?: string | undefined; dialect?: Dialect | undefined; times: number }[] = [];

  const nextFault = (door: Door, asked: Directive): Fault | undefined => {
    const { platform, dialect } = door;
    const number = turns.get(`${platform}/${dialect}`) ?? 0;
    turns.set(`${platform}/${dialect}`, number + 1);
    const chance = planned({ platform, dialect, number });
    const order = orders.find(
      (each) => (each.platform ?? platform) === platform && (each.dialect ?? dialect) === dialect,
    );
    if (order) order.times -= 1;
    orders = orders.filter(({ times }) => times > 0);
    return asked.fault ?? order?.fault ?? chance ?? scenario.fault;
  };

  const serve = async (
    door: Door,
    params: Record<string, string>,
    request: Request,
    url: URL,
    record: MockRequest,
  ): Promise<Answer> => {
    const asked = parseDirective(request.headers.get('x-mock-scenario') ?? url.searchParams.get('mock') ?? '');
    const fault = nextFault(door, asked);
    if (fault) {
      record.fault = labelOf(fault);
      const counts = faults[door.platform] ?? {};
      faults[door.platform] = { ...counts, [record.fault]: (counts[record.fault] ?? 0) + 1 };
      if (fault.kind === 'latency') await sleep(clock, fault.ms, request.signal);
      const other = instead(fault, clock.now());
      if (other) return other;
    }
    const visit: Visit = {
      request,
      url,
      params,
      find: (dialect, by) => rooms.find(door.platform, dialect, by),
      pageSize,
      format: asked.format ?? scenario.format,
      strict,
      now: clock.now,
      empty: asked.empty ?? scenario.empty ?? false,
    };
    const told = options.rateLimits ? allowances.get(`${door.platform}/${door.dialect}`)?.take(clock.now()) : undefined;
    if (told?.ok === false)
      return json(429, { error: 'too many requests' }, { ...told.headers, 'retry-after': String(told.seconds) });
    const answer = await door.answer(visit);
    const full = { ...answer, headers: { ...answer.headers, ...told?.headers } };
    return fault ? spoil(fault, full) : full;
  };

  const route = async (request: Request, url: URL, record: MockRequest): Promise<Answer> => {
    if (request.method === 'OPTIONS') return { status: cors ? 204 : 403, headers: {}, body: '' };
    for (const door of doors) {
      const params = matchPath(door.path, url.pathname);
      if (!params) continue;
      record.platform = door.platform;
      record.dialect = door.dialect;
      if (request.method !== 'GET') return json(405, { error: 'only GET is answered here' }, { allow: 'GET' });
      return serve(door, params, request, url, record);
    }
    return json(404, { error: `nothing is served at ${url.pathname}`, routes: doors.map(({ path }) => path) });
  };

  return {
    world,
    script: (count) => world.script(count),
    requests,
    faults,
    tip(platform, { amount = 100, tipper = 'supporter', message = '', anonymous = false, format, ...where } = {}) {
      const feed = rooms.inside(platform, where);
      const { dialect, channel } = feed.room;
      const at = feed.startedAt === undefined ? 0 : clock.now() - feed.startedAt;
      const shape = format ?? mannerOf(here, feed.room)?.formats[0] ?? '';
      const tip: ScriptTip = {
        platform,
        dialect,
        channel,
        at,
        amount,
        tipper: anonymous ? 'Anonymous' : tipper,
        wireName: tipper,
        message,
        anonymous,
        format: shape,
      };
      feed.add({ tip });
      return tip;
    },
    emit: (platform, event, where = {}) => rooms.inside(platform, where).add({ wire: event }),
    fail(fault, { platform, dialect, times = 1 } = {}) {
      const meant = typeof fault === 'string' ? parseDirective(fault).fault : fault;
      if (!meant)
        throw new TipstreamError({ code: 'CONFIG', platform: 'mock', message: `mock: "${fault}" is no failure` });
      orders.push({ fault: meant, platform, dialect, times });
    },
    rekey: (platform, credential, where = {}) => rooms.rekey(rooms.inside(platform, where), credential),
    env: (origin) =>
      Object.assign({}, ...[...world.rooms].reverse().map((room) => mannerOf(here, room)?.env(room, origin))),
    routes: doors.map(({ platform, dialect, path }) => ({ platform, dialect, path })),
    async answer(request) {
      const url = new URL(request.url);
      const record: MockRequest = {
        method: request.method,
        path: url.pathname + url.search,
        headers: Object.fromEntries(request.headers),
        at: clock.now(),
      };
      requests.push(record);
      if (requests.length > keptRequests) requests.shift();
      const answer = await route(request, url, record).catch((error: unknown) => refused(error, request.signal));
      record.status = answer.status;
      const date = new Date(clock.now()).toUTCString();
      return { ...answer, headers: { date, ...answer.headers, ...(cors ? openTo(request) : {}) } };
    },
  };
}

type Door = Route & { platform: string };

const names = (path: string): number => path.split(':').length;

/** A client that left meanwhile needs no answer; a scenario that nobody knows is the client's mistake. */
function refused(error: unknown, signal: AbortSignal): Answer {
  if (signal.aborted) return { ...json(499, {}), trouble: { kind: 'reset' } };
  return json(400, { error: error instanceof Error ? error.message : 'the mock failed' });
}

const openTo = (request: Request): Record<string, string> => ({
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Date, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset',
  ...(request.method === 'OPTIONS'
    ? {
        'access-control-allow-methods': 'GET, OPTIONS',
        'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? '*',
        'access-control-allow-private-network': 'true',
        'access-control-max-age': '600',
      }
    : {}),
});
