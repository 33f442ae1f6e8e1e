import { query } from '../core/auth.ts';
import { get, platform } from '../core/endpoint.ts';
import { TipstreamError } from '../core/errors.ts';
import { minutes } from '../core/time.ts';
import { pageOf, problemOf, type TipPage } from '../stream/tip-page.ts';
import { isWire, textOf } from '../stream/tip-wire.ts';
import type { CamsodaEvent } from './schemas.ts';

/** CS-15: HTTP 200 is no success, the body says whether it is one. */
function successOf(body: unknown): TipPage<CamsodaEvent> {
  if (isWire(body) && !body.success) {
    const said = textOf(body.message) || textOf(body.error);
    throw new TipstreamError({ code: 'UPSTREAM', message: `success is not true${said && ` (upstream: ${said})`}` });
  }
  return pageOf(body);
}

/** What can be asked of Camsoda. */
export const camsoda = platform({
  name: 'camsoda',
  baseUrl: 'https://api.camsoda.com',
  auth: query('api_key'),
  rates: { events: { limit: 60, per: minutes(1) } },
  advice: { AUTH: 'the API key was refused; look at apiKey and broadcaster' },
  problem: problemOf,
  endpoints: {
    /** What happened since the last answer. */
    events: get('/external/events', {
      query: (input) => ({ broadcaster: isWire(input) ? textOf(input.broadcaster) : '' }),
      response: successOf,
      rate: 'events',
    }),
  },
});
