import { camsoda as declared } from '../camsoda/endpoints.ts';
import type { Answer } from './answer.ts';
import { drain } from './drain.ts';
import { amounts, users } from './people.ts';
import { type Manner, type MockPlatform, type Moment, routeOf, type Visit } from './platform.ts';

/** The documented shapes A (`tipper`) and B (`user`), and the one that other programs read. */
function documented({ tip, time }: Moment, format: string): unknown {
  if (!tip) return {};
  const { amount, wireName, anonymous } = tip;
  // Neither documented sample shows a message, the documented reader reads one: it comes where there is one.
  const rest = { timestamp: Math.floor(time / 1000), ...(tip.message === '' ? {} : { message: tip.message }) };
  if (format === 'observed')
    return {
      event_type: 'tip',
      tip_amount: amount,
      ...(anonymous ? {} : { tipper: { name: wireName, id: 1000 + wireName.length } }),
      ...rest,
    };
  if (anonymous) return { type: 'tip', amount, ...rest };
  return format === 'B'
    ? { type: 'tip', amount, user: wireName, ...rest }
    : { type: 'tip', amount, tipper: { username: wireName }, ...rest };
}

const contract: Manner = {
  formats: ['A', 'B', 'observed'],
  mixed: 2,
  veils: [],
  users,
  amounts,
  noise: false,
  credential: 'not-a-secret-api-key',
  limit: { perMinute: declared.rates.events.limit, says: [] },
  render: documented,
  env: ({ channel, credential }, origin) => ({
    CAMSODA_ENABLED: 'true',
    CAMSODA_EVENTS_URL: `${origin}/events/camsoda`,
    CAMSODA_BROADCASTER: channel,
    CAMSODA_API_KEY: credential,
  }),
};

const answer = (visit: Visit): Answer =>
  drain(visit, {
    channel: visit.url.searchParams.get('broadcaster'),
    credential: visit.url.searchParams.get('api_key'),
    manner: contract,
    page: (events) => ({ success: true, events }),
  });

/** Camsoda as it is documented. */
export const camsoda: MockPlatform = {
  name: 'camsoda',
  origins: [declared.baseUrl ?? ''],
  manners: { contract },
  routes: [
    { path: '/events/camsoda', dialect: 'contract', answer },
    { path: routeOf(declared.endpoints.events), dialect: 'contract', answer },
  ],
};
