import { systemClock } from '../core/time.ts';
import { createAllowance } from './allowance.ts';
import { type Answer, json } from './answer.ts';
import { camsoda } from './camsoda.ts';
import { chaturbate } from './chaturbate.ts';
import { type Directive, parseDirective } from './directive.ts';
import { mistake } from './mistake.ts';
import type { Mock, MockOptions } from './options.ts';
import { type Dialect, type MockPlatform, matchPath, type Route, type ScriptTip } from './platform.ts';
import { furnished, openRooms } from './rooms.ts';
import { stripchat } from './stripchat.ts';
import { createWorld, everyRoom, mannerOf } from './world.ts';

/** Every upstream whose rooms are polled. */
export const platforms: readonly MockPlatform[] = [chaturbate, stripchat, camsoda];

/** A route and whose it is. */
export type Door = Route & { platform: string };

export const keyOf = ({ platform, dialect }: { platform: string; dialect: Dialect }): string =>
  `${platform}/${dialect}`;

/** The polled upstreams. */
export interface Cams extends Pick<Mock, 'world' | 'script' | 'tip' | 'emit' | 'rekey' | 'env'> {
  readonly doors: readonly Door[];
  /** The door at this path. */
  find(path: string): { door: Door; params: Record<string, string> } | undefined;
  /** What is behind a door, without any fault. */
  answer(
    door: Door,
    visit: { request: Request; url: URL; params: Record<string, string> },
    asked: Directive,
  ): Promise<Answer>;
}

/** The routes of all platforms, those with fewer `:names` first: `/events/stripchat` is not a broadcaster's name. */
const doorsOf = (here: readonly MockPlatform[]): Door[] => {
  const names = ({ path }: Door): number => path.split(':').length;
  return here
    .flatMap(({ name, routes }) => routes.map((route) => ({ platform: name, ...route })))
    .sort((a, b) => names(a) - names(b));
};

export function openCams(here: readonly MockPlatform[], options: MockOptions): Cams {
  const { seed = 1, limit = Number.POSITIVE_INFINITY, pace = 1, every = 4000, pageSize = 10, backlog = 3 } = options;
  const { strict = false, clock = systemClock } = options;
  const wrong = Object.entries({ pace, every, pageSize }).find(([, value]) => !(value > 0));
  if (wrong) throw mistake(`${wrong[0]} is ${wrong[1]}; it must be more than 0`);
  const scenario = parseDirective(options.scenario ?? '');
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
  const counted = options.rateLimits ? doors : [];
  const allowances = new Map(counted.map((door) => [keyOf(door), createAllowance(mannerOf(here, door)?.limit)]));

  return {
    world,
    script: world.script,
    doors,
    find(path) {
      for (const door of doors) {
        const params = matchPath(door.path, path);
        if (params) return { door, params };
      }
      return undefined;
    },
    async answer(door, visit, asked) {
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
      return { ...answer, headers: { ...answer.headers, ...told?.headers } };
    },
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
    rekey: (platform, credential, where = {}) => rooms.rekey(rooms.inside(platform, where), credential),
    env(origin) {
      // Of two rooms of one platform the variables can name but one: the first.
      const all = world.rooms.map((room) => mannerOf(here, room)?.env(room, origin) ?? {});
      return Object.assign({}, ...all, ...[...all].reverse());
    },
  };
}
