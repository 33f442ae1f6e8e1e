import type { Answer } from '../answer.ts';

/** What can be changed about the mock's Twitch at any time. */
export interface TwitchSwitches {
  /** How much each token may ask of Helix: a bucket of so many points that gets so many back every second. */
  bucket: { points: number; perSecond: number };
  /** Whether an empty bucket refuses with 429. */
  refuses: boolean;
  /** Whether Helix says what is left. */
  headers: boolean;
  /** Whether a refresh token is used up by its use. */
  rotates: boolean;
  /** Whether the proxy gives up waiting for its own quota. */
  limiterFails: boolean;
  /** How lists are broken: as they have been in production. */
  lists: 'right' | 'no-cursor' | 'same-cursor' | 'empty-page';
}

/** As in production, where a bucket of 800 refills in a minute. */
export const switchesOf = (refuses: boolean): TwitchSwitches => ({
  bucket: { points: 800, perSecond: 800 / 60 },
  refuses,
  headers: true,
  rotates: true,
  limiterFails: false,
  lists: 'right',
});

/** An answer in place of the next one to a path. */
export interface Instead {
  path: string;
  answer: Answer;
}
