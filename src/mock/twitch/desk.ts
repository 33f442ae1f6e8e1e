import { hours } from '../../core/time.ts';
import type { Answer } from '../answer.ts';
import type { ServiceSetting, ServiceVisit } from '../service.ts';
import { type Buckets, createBuckets } from './bucket.ts';
import { refusal } from './refusal.ts';
import { createState, type MockToken, type TwitchState } from './state.ts';
import { type Instead, switchesOf, type TwitchSwitches } from './switches.ts';

/** What every route of the mock's Twitch works with. */
export interface Desk {
  readonly state: TwitchState;
  readonly switches: TwitchSwitches;
  readonly buckets: Buckets;
  readonly strict: boolean;
  /** What to answer in place of the truth, in order. */
  readonly instead: Instead[];
}

/** Who asks: a good token, and the headers that every answer of Helix has. */
export interface Admission {
  token: MockToken;
  headers: Record<string, string>;
}

export function createDesk({ clock, random, strict, rateLimits = false }: ServiceSetting): Desk {
  const switches = switchesOf(rateLimits);
  const state = createState(clock, random);
  return { state, switches, buckets: createBuckets(clock, switches), strict, instead: [] };
}

const everyScope = [
  'bits:read',
  'channel:read:charity',
  'channel:read:hype_train',
  'channel:read:subscriptions',
  'moderator:read:chatters',
  'user:read:email',
  'user:read:moderated_channels',
];

/** A token that nobody checks is mira's, with every scope. */
export const anybody = (accessToken: string, clientId: string, { state }: Desk): MockToken => ({
  accessToken,
  clientId,
  userId: state.user('mira').id,
  scopes: everyScope,
  expiresAt: state.clock.now() + hours(4),
});

/** Lets a request to Helix in, or says why not. */
export function admit(visit: ServiceVisit, desk: Desk): Admission | Answer {
  const { headers } = visit.request;
  const { pathname } = visit.url;
  const place = desk.instead.findIndex(({ path }) => pathname.endsWith(path));
  const [other] = place < 0 ? [] : desk.instead.splice(place, 1);
  if (other) return other.answer;
  const [, accessToken] = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '') ?? [];
  const clientId = headers.get('client-id');
  if (accessToken === undefined) return refusal(401, 'OAuth token is missing');
  if (!clientId) return refusal(401, 'Must provide a valid Client-ID or OAuth token');
  const token = desk.state.find(accessToken) ?? (desk.strict ? undefined : anybody(accessToken, clientId, desk));
  if (!token) return refusal(401, 'Invalid OAuth token');
  if (token.clientId !== clientId) return refusal(401, 'Client ID and OAuth token do not match');
  // One bucket for an app, and one for each of its users.
  const { taken, headers: rate } = desk.buckets.take(`${clientId} ${token.userId ?? 'app'}`);
  return taken ? { token, headers: rate } : refusal(429, 'Request limit exceeded', rate);
}

/** Whether a token may do what needs a scope. */
export const hasScope = ({ scopes }: MockToken, scope: string): boolean => scopes.includes(scope);
