import { seconds } from 'tipstream';
import { createMockServer } from 'tipstream/mock';

/** Where the rooms of one page are. Of a mock, so nothing in here is a secret. */
export interface Places {
  url: string;
  speed: number;
  rooms: { platform: string; dialect: string; channel: string; credential: string }[];
}

/** A mock for one page that runs the clients itself: two readers of one room would take each other's tips. */
export interface DirectRooms {
  places: Places;
  close(): Promise<void>;
}

export async function directRooms(seed: string, tips: number): Promise<DirectRooms> {
  const server = await createMockServer({ port: 0, seed, limit: tips, every: seconds(2) });
  return {
    places: {
      url: server.url,
      speed: 1,
      rooms: server.world.rooms.map(({ platform, dialect, channel, credential }) => ({
        platform,
        dialect,
        channel,
        credential,
      })),
    },
    close: () => server.close(),
  };
}
