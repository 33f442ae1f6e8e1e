import { header, path } from '../core/auth.ts';
import { get, platform } from '../core/endpoint.ts';
import { minutes } from '../core/time.ts';
import { pageOf, problemOf } from '../stream/tip-page.ts';
import { isWire } from '../stream/tip-wire.ts';
import type { ChaturbateContractEvent, ChaturbateEvent } from './schemas.ts';

/** What can be asked of Chaturbate. */
export const chaturbate = platform({
  name: 'chaturbate',
  baseUrl: 'https://eventsapi.chaturbate.com',
  rates: { events: { limit: 2000, per: minutes(1) }, contract: { limit: 120, per: minutes(1) } },
  advice: { AUTH: 'the token was refused; make a new one with the scope "Events API"' },
  problem: problemOf,
  endpoints: {
    /** The Events API: everything that happens in a room, held until there is something. */
    events: get('/events/{username}/{token}/', {
      auth: path('token'),
      query: (input) => ({ timeout: isWire(input) ? Number(input.timeout) : 10 }),
      response: pageOf<ChaturbateEvent>,
      // A hold that ends without an event is answered with 400 and the next address.
      accepts: (status, body) => (status === 400 && isWire(body) && typeof body.nextUrl === 'string') || undefined,
      rate: 'events',
    }),
    /** The contract: what happened since the last answer, at an address that the user gives. */
    contract: get('/events/{broadcaster}', {
      auth: header('X-Api-Key'),
      response: pageOf<ChaturbateContractEvent>,
      rate: 'contract',
    }),
  },
});
