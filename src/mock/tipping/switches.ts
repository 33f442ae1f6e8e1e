import { days, hours } from '../../core/time.ts';

/** What a test may change at any time. */
export interface TippingSwitches {
  /** How long an access token lives, in milliseconds. @default hours(1) */
  accessLife: number;
  /** How long a refresh token lives, in milliseconds. @default days(30) */
  refreshLife: number;
  /** How long after a rotation the old refresh token is still good, in milliseconds. @default 0 */
  reuseGrace: number;
  /** Whether guests give tips by themselves while somebody listens. @default true */
  evening: boolean;
  /** Whether the five categories are counted. @default what the mock was made with */
  rateLimits: boolean;
  /** Where a 429 says how long to wait. @default 'details' */
  rateHint: 'header' | 'details' | 'body' | 'none';
  /** How lists are wrapped. @default 'data' */
  lists: 'array' | 'data' | 'items' | 'results' | 'named' | 'meta' | 'flat' | 'cursor';
  /** How a transfer answers: the tip alone, or in an envelope with the transaction and the balance. @default 'wrapped' */
  transfers: 'bare' | 'wrapped';
  /** In which words a join answers. @default 'plain' */
  joins: 'plain' | 'camel' | 'nested' | 'bare';
  /** Whether registering signs in. @default true */
  registerSignsIn: boolean;
  /** Whether refreshing gives a new refresh token. @default true */
  rotates: boolean;
  /** Where the socket looks for the token. @default 'any' */
  socketAuth: 'any' | 'query' | 'subprotocol' | 'message' | 'none';
}

/** Every switch as it is at the start. */
export const switchesOf = (rateLimits: boolean): TippingSwitches => ({
  accessLife: hours(1),
  refreshLife: days(30),
  reuseGrace: 0,
  evening: true,
  rateLimits,
  rateHint: 'details',
  lists: 'data',
  transfers: 'wrapped',
  joins: 'plain',
  registerSignsIn: true,
  rotates: true,
  socketAuth: 'any',
});
