import type { Plan } from './feed.ts';
import { chatter, phrases } from './people.ts';
import type { Dialect, Manner, MockPlatform, Room, ScriptTip } from './platform.ts';
import { dealt, pick, seededRandom } from './random.ts';

/** A room as it is asked for; what is left out comes from the platform. */
export interface RoomOptions {
  /** The upstream, e.g. `chaturbate`. */
  platform: string;
  /** @default 'contract' */
  dialect?: Dialect | undefined;
  /** Whose room it is. @default 'mock_room' */
  channel?: string | undefined;
  /** What opens the door in strict mode. @default the platform's, e.g. `not-a-secret-key` */
  credential?: string | undefined;
}

/** An evening before anybody watched it: the same seed gives the same one, on any machine and at any speed. */
export interface World {
  /** What everything is drawn from. */
  readonly seed: string | number;
  /** Whose rooms there are. */
  readonly rooms: readonly Room[];
  /** The first `count` tips of the evening, in order across all rooms; without `count`, all up to the `limit`. */
  script(count?: number): readonly ScriptTip[];
}

/** A world with everything that happens in it. */
export interface Evening extends World {
  /** What happens in one room, in order, up to the `limit`. */
  plans(room: Room): Iterator<Plan, unknown>;
  /** What happened in one room before anybody came. */
  backlog(room: Room): readonly Plan[];
}

export interface WorldOptions {
  seed: string | number;
  rooms: readonly Room[];
  platforms: readonly MockPlatform[];
  /** Tips of the whole evening. */
  limit: number;
  /** Mean time between two tips of one room, in milliseconds. */
  every: number;
  /** Moments that a log already holds when the first visitor comes. */
  backlog: number;
}

const methods = [
  'chatMessage',
  'userEnter',
  'userLeave',
  'follow',
  'unfollow',
  'fanclubJoin',
  'privateMessage',
  'mediaPurchase',
  'roomSubjectChange',
  'broadcastStop',
  'broadcastStart',
] as const;

/** The rooms that an evening has without being told: one for each way each platform talks. */
export const everyRoom = (platforms: readonly MockPlatform[]): RoomOptions[] =>
  platforms.flatMap(({ name, manners }) =>
    (['contract', 'real'] as const)
      .filter((dialect) => manners[dialect])
      .map((dialect) => ({ platform: name, dialect })),
  );

export const mannerOf = (
  platforms: readonly MockPlatform[],
  room: { platform: string; dialect: Dialect },
): Manner | undefined => platforms.find(({ name }) => name === room.platform)?.manners[room.dialect];

export function createWorld({ seed, rooms, platforms, limit, every, backlog }: WorldOptions): Evening {
  const open = (room: Room, part = 'evening'): Generator<Plan, unknown> => {
    const manner = mannerOf(platforms, room);
    return manner
      ? happenings(seededRandom(seed, room.platform, room.dialect, room.channel, part), manner, room, every)
      : nothing();
  };
  let shares: Map<Room, number> | undefined;
  const share = (room: Room): number => {
    if (limit === Number.POSITIVE_INFINITY) return limit;
    if (shares === undefined) {
      shares = new Map(rooms.map((each) => [each, 0]));
      for (const [each] of inOrder(rooms, open, limit)) shares.set(each, (shares.get(each) ?? 0) + 1);
    }
    return shares.get(room) ?? 0;
  };
  return {
    seed,
    rooms,
    script(count = limit) {
      const wanted = Math.min(count, limit);
      if (wanted === Number.POSITIVE_INFINITY)
        throw new RangeError('the evening has no end: say how many tips, or give the mock a limit');
      return Array.from(inOrder(rooms, open, wanted), ([, tip]) => tip);
    },
    plans: (room) => upToTips(open(room), share(room)),
    backlog(room) {
      if (mannerOf(platforms, room)?.noise !== true) return [];
      const before: Plan[] = [];
      for (const plan of open(room, 'before')) {
        if (before.length >= backlog) break;
        before.push({ ...plan, at: 0 });
      }
      return before.map((plan, index) => ({ ...plan, at: (index - before.length) * 60_000 }));
    },
  };
}

function* nothing(): Generator<Plan, undefined> {}

/** Tips, and what lies between them, for ever. */
function* happenings(random: () => number, manner: Manner, room: Room, every: number): Generator<Plan, never> {
  const [first, ...others] = manner.formats;
  const formats = dealt(random, [first, ...others].slice(0, manner.mixed));
  const veils = dealt(random, [true, false, false, false]);
  const between = dealt(random, methods);
  for (let at = 0; ; ) {
    const format = formats.next().value;
    const wireName = pick(random, manner.users);
    const anonymous = manner.veils.includes(format) && veils.next().value;
    const { platform, dialect, channel } = room;
    const tipper = anonymous ? 'Anonymous' : wireName;
    const tip: ScriptTip = {
      platform,
      dialect,
      channel,
      at,
      amount: pick(random, manner.amounts),
      tipper,
      wireName,
      message: pick(random, phrases),
      anonymous,
      format,
    };
    yield { at, tip };
    const gap = Math.round(every * (0.5 + random()));
    if (manner.noise && random() < 0.7)
      yield {
        at: at + Math.floor(gap / 2),
        method: between.next().value,
        name: pick(random, manner.users),
        text: pick(random, chatter),
      };
    at += gap;
  }
}

/** The moments up to the `count`-th tip. */
function* upToTips(plans: Iterable<Plan>, count: number): Generator<Plan, undefined> {
  if (count <= 0) return;
  let tips = 0;
  for (const plan of plans) {
    yield plan;
    if (plan.tip && ++tips >= count) return;
  }
}

/** The first `count` tips of all rooms by their time; of two at the same time, the room that is named first. */
function* inOrder(
  rooms: readonly Room[],
  open: (room: Room) => Generator<Plan, unknown>,
  count: number,
): Generator<[Room, ScriptTip], undefined> {
  const heads = rooms.map((room) => {
    const plans = open(room);
    const next = (): ScriptTip | undefined => {
      for (let step = plans.next(); step.done !== true; step = plans.next()) if (step.value.tip) return step.value.tip;
      return undefined;
    };
    return { room, next, tip: next() };
  });
  for (let given = 0; given < count; given += 1) {
    let earliest: (typeof heads)[number] | undefined;
    for (const head of heads)
      if (head.tip && (earliest?.tip === undefined || head.tip.at < earliest.tip.at)) earliest = head;
    if (earliest?.tip === undefined) return;
    yield [earliest.room, earliest.tip];
    earliest.tip = earliest.next();
  }
}
