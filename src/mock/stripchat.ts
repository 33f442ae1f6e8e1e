import { stripchat as declared } from '../stripchat/endpoints.ts';
import type { Answer } from './answer.ts';
import { drain, tokenPage } from './drain.ts';
import { amounts, users } from './people.ts';
import { type Manner, type MockPlatform, routeOf, type ScriptTip, type Visit } from './platform.ts';

/** The documented shapes, standard and alternative, and the one that other programs read. */
function documented({ amount, message, wireName, anonymous }: ScriptTip, format: string): unknown {
  const user = anonymous ? {} : { username: wireName };
  if (format === 'alternative') return { type: 'tip', tip: { amount, message }, user };
  if (format === 'observed')
    return { type: 'tip', data: { tokens: amount, from: { ...user, userId: 1000 + wireName.length }, message } };
  return { type: 'tip', amount, user: { ...user, is_premium: wireName.length % 2 === 0 }, message };
}

const contract: Manner = {
  formats: ['standard', 'alternative', 'observed'],
  mixed: 2,
  veils: [],
  users,
  amounts,
  noise: false,
  credential: 'not-a-secret-bearer',
  limit: { perMinute: declared.rates.events.limit, says: ['limit', 'remaining'] },
  render: ({ tip }, format) => (tip ? documented(tip, format) : {}),
  env: ({ channel, credential }, origin) => ({
    STRIPCHAT_ENABLED: 'true',
    STRIPCHAT_EVENTS_URL: `${origin}/events/stripchat`,
    STRIPCHAT_TOKEN: credential,
    STRIPCHAT_BROADCASTER: channel,
  }),
};

/** The token names the account: there is no channel in the address. */
const answer = (visit: Visit): Answer =>
  drain(visit, {
    credential: /^Bearer (.+)$/i.exec(visit.request.headers.get('authorization') ?? '')?.[1],
    manner: contract,
    page: tokenPage,
  });

/** Stripchat as it is documented. */
export const stripchat: MockPlatform = {
  name: 'stripchat',
  origins: [declared.baseUrl ?? ''],
  manners: { contract },
  routes: [
    { path: '/events/stripchat', dialect: 'contract', answer },
    { path: routeOf(declared.endpoints.events), dialect: 'contract', answer },
  ],
};
