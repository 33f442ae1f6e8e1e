import { bearer } from '../core/auth.ts';
import { get, platform } from '../core/endpoint.ts';
import { minutes } from '../core/time.ts';
import { pageOf, problemOf } from '../stream/tip-page.ts';
import type { StripchatEvent } from './schemas.ts';

/** What can be asked of Stripchat. */
export const stripchat = platform({
  name: 'stripchat',
  baseUrl: 'https://api.stripchat.com',
  auth: bearer(),
  // SC-10: strictly even, two never leave together.
  rates: { events: { limit: 100, per: minutes(1), spacing: true } },
  advice: {
    AUTH: 'the token is invalid or has expired; make a new one in the broadcaster dashboard',
    PERMISSION: 'access is forbidden; look at what the token may do',
  },
  problem: problemOf,
  endpoints: {
    /** What happened since the last answer. The token says whose room it is. */
    events: get('/v1/events', { response: pageOf<StripchatEvent>, rate: 'events' }),
  },
});
