import * as camsodaRooms from '../../src/camsoda/normalize.ts';
import * as chaturbateRooms from '../../src/chaturbate/normalize.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import type { ReadTip } from '../../src/stream/tip-wire.ts';
import * as stripchatRooms from '../../src/stripchat/normalize.ts';
import * as tiktokRooms from '../../src/tiktok/normalize.ts';
import * as tippingRooms from '../../src/tipping/normalize.ts';
import * as twitchRooms from '../../src/twitch/normalize.ts';
import { fixtures } from '../support/fixtures.ts';
import type { Json } from '../support/mutations.ts';

/** A platform that knows tips, as those who attack it see it. */
export interface Hostile {
  name: string;
  readTip: ReadTip;
  toTip(event: unknown): TipEvent | undefined;
  eventId(event: unknown): string | undefined;
  mask(event: unknown): unknown;
  /** Good events, to be spoiled. */
  samples: readonly Json[];
}

const samplesOf = (folder: string): Json[] =>
  Object.values(fixtures(folder)).flatMap(
    (value) => (Array.isArray(value) && typeof value[0] !== 'number' ? value : [value]) as Json[],
  );

const gift: Json = {
  event: 'gift',
  data: {
    giftId: 5655,
    giftName: 'Rose',
    giftType: 1,
    diamondCount: 1,
    repeatCount: 5,
    repeatEnd: true,
    groupId: '7',
    msgId: '7300000000000000001',
    createTime: '1767225600000',
    userId: '6800000000000000001',
    uniqueId: 'ada',
    user: {
      userId: '6800000000000000001',
      uniqueId: 'ada',
      nickname: 'Ada',
      profilePicture: { url: ['https://cdn.example.com/a.webp'] },
    },
  },
};

export const chaturbate: Hostile = { ...chaturbateRooms, name: 'chaturbate', samples: samplesOf('chaturbate/tips') };
export const stripchat: Hostile = { ...stripchatRooms, name: 'stripchat', samples: samplesOf('stripchat/tips') };
export const camsoda: Hostile = { ...camsodaRooms, name: 'camsoda', samples: samplesOf('camsoda/tips') };
export const tipping: Hostile = { ...tippingRooms, name: 'tipping', samples: samplesOf('tipping/tips') };
export const twitch: Hostile = { ...twitchRooms, name: 'twitch', samples: samplesOf('twitch/tips') };
export const tiktok: Hostile = {
  ...tiktokRooms,
  name: 'tiktok',
  eventId: () => undefined,
  mask: (event) => event,
  samples: [gift],
};

/** Every platform that knows tips. */
export const platforms: readonly Hostile[] = [chaturbate, stripchat, camsoda, twitch, tiktok, tipping];
