import type { Clock } from '../core/time.ts';
import { createFeed, type Feed } from './feed.ts';
import { mistake } from './mistake.ts';
import type { Dialect, MockPlatform, Room } from './platform.ts';
import { type Evening, mannerOf, type RoomOptions } from './world.ts';

/** The platforms with these names, or all. Names of `others` are known, but are no rooms. */
export function chosen(
  all: readonly MockPlatform[],
  names: readonly string[] | undefined,
  others: readonly string[] = [],
): readonly MockPlatform[] {
  const known = [...all.map(({ name }) => name), ...others];
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw mistake(`there is no platform "${unknown}"; there are ${known.join(', ')}`);
  return names ? all.filter(({ name }) => names.includes(name)) : all;
}

/** Rooms with everything that was left out: a second room of a platform gets a credential of its own. */
export function furnished(rooms: readonly RoomOptions[], platforms: readonly MockPlatform[]): Room[] {
  const done: Room[] = [];
  for (const { platform, dialect = 'contract', channel = 'mock_room', credential } of rooms) {
    const manner = mannerOf(platforms, { platform, dialect });
    if (!manner) throw mistake(`there is no platform "${platform}" in the dialect "${dialect}"`);
    const neighbours = done.filter((room) => room.platform === platform && room.dialect === dialect);
    if (neighbours.some((room) => room.channel === channel))
      throw mistake(`two rooms of ${platform} are called "${channel}"; give each a channel`);
    done.push({
      platform,
      dialect,
      channel,
      credential: credential ?? (neighbours.length ? `${manner.credential}-${channel}` : manner.credential),
    });
  }
  return done;
}

/** The rooms of an evening, open. */
export interface Rooms {
  /** Who may enter by these names; without `strict` a platform's only room answers to any name. */
  find(
    platform: string,
    dialect: Dialect,
    by: { channel?: string | null | undefined; credential?: string | null | undefined },
  ): Feed | undefined;
  /** The first room that fits, for whoever works behind the counter. */
  inside(platform: string, where: { dialect?: Dialect | undefined; channel?: string | undefined }): Feed;
  /** From now on this opens the door. */
  rekey(feed: Feed, credential: string): void;
}

export function openRooms(
  world: Evening,
  { clock, pace, strict }: { clock: Clock; pace: number; strict: boolean },
): Rooms {
  const feeds = world.rooms.map((room) =>
    createFeed({ room, plans: world.plans(room), backlog: world.backlog(room), clock, pace }),
  );
  const keys = new Map(feeds.map((feed) => [feed, feed.room.credential]));
  return {
    find(platform, dialect, { channel, credential }) {
      const here = feeds.filter(({ room }) => room.platform === platform && room.dialect === dialect);
      const named = here.filter(({ room }) => channel == null || room.channel === channel);
      const keyed = named.find((feed) => credential != null && keys.get(feed) === credential);
      if (strict || keyed) return keyed;
      return named[0] ?? (here.length === 1 ? here[0] : undefined);
    },
    inside(platform, { dialect, channel }) {
      const feed = feeds.find(
        ({ room }) =>
          room.platform === platform &&
          (dialect ?? room.dialect) === room.dialect &&
          (channel ?? room.channel) === room.channel,
      );
      if (!feed) throw mistake(`there is no room of ${platform} that fits ${JSON.stringify({ dialect, channel })}`);
      return feed;
    },
    rekey: (feed, credential) => void keys.set(feed, credential),
  };
}
