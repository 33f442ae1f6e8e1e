import { chaturbate as declared } from '../chaturbate/endpoints.ts';
import { type Answer, json } from './answer.ts';
import { drain, tokenPage } from './drain.ts';
import { amounts, people, realAmounts, users } from './people.ts';
import {
  type Manner,
  type MockPlatform,
  type Moment,
  type Room,
  routeOf,
  type ScriptTip,
  type Visit,
} from './platform.ts';

/** The documented formats 1 and 2; the second cannot say "anonymous", it leaves the giver out. */
function documented({ message, amount, wireName, anonymous }: ScriptTip, format: string): unknown {
  if (format === 'format-1')
    return { method: 'tip', tip: { tokens: amount, from_username: wireName, message, is_anon: anonymous } };
  if (format === 'observed')
    return { method: 'tip', object: { amount, user: anonymous ? null : { username: wireName }, message } };
  return {
    method: 'tip',
    object: { amount, ...(anonymous ? {} : { from_user: { username: wireName, is_mod: false } }), message },
  };
}

/** A visitor of a room, with the same face every time. */
const visitor = (username: string): Record<string, unknown> => ({
  username,
  inFanclub: username.length % 3 === 0,
  gender: ['m', 'f', 't', 'c'][username.length % 4],
  hasTokens: true,
  recentTips: ['none', 'few', 'some', 'lots', 'tons'][username.length % 5],
  isMod: username.length % 7 === 0,
  colorGroup: 'tr',
  hasDarkmode: false,
  isFollower: true,
  language: 'en',
});

/** What a method carries beside broadcaster and user. */
function extras(
  method: string | undefined,
  { sequence, name = '', text = '' }: Moment,
  channel: string,
): Record<string, unknown> {
  const message = { color: '#494949', bgColor: null, message: text, orig: null, font: 'default' };
  if (method === 'chatMessage') return { message };
  if (method === 'privateMessage') return { message: { ...message, fromUser: name, toUser: channel } };
  if (method === 'mediaPurchase')
    return { media: { id: sequence, type: sequence % 2 ? 'photos' : 'video', name: `set ${sequence}`, tokens: 25 } };
  return {};
}

/** One event of the true Events API: an anonymous tip still carries the name, a note begins with `| `. */
function real(moment: Moment, _format: string, { channel }: Room): unknown {
  const { tip, method = 'tip', name = '' } = moment;
  const id = `${moment.time}-${moment.sequence}`;
  if (tip) {
    const note = tip.message === '' ? '' : `| ${tip.message}`;
    return {
      method,
      id,
      object: {
        broadcaster: channel,
        user: visitor(tip.wireName),
        tip: { tokens: tip.amount, isAnon: tip.anonymous, message: note },
      },
    };
  }
  if (method === 'roomSubjectChange')
    return { method, id, object: { broadcaster: channel, subject: `${channel}: ${moment.text ?? ''}` } };
  const who = method.startsWith('broadcast') ? channel : name;
  return { method, id, object: { broadcaster: channel, user: visitor(who), ...extras(method, moment, channel) } };
}

/** The hold that a request asks for, in milliseconds: `timeout` in seconds, 10 without, 0 at least and 90 at most. */
function holdOf(url: URL): number {
  const asked = Number(url.searchParams.get('timeout') ?? 10);
  return Number.isFinite(asked) ? Math.min(90, Math.max(0, asked)) * 1000 : 10_000;
}

/** The long poll: events as soon as there are some, otherwise after the hold HTTP 400 with the same cursor. */
async function longPoll(visit: Visit): Promise<Answer> {
  const { params, url, request } = visit;
  const feed = visit.find('real', { channel: params.username, credential: params.token });
  if (!feed) return json(401, { status: 'unauthorized' });
  feed.start();
  const room = { ...feed.room, channel: params.username ?? feed.room.channel };
  const hold = holdOf(url);
  const cursor = url.searchParams.get('i');
  const last = cursor === null ? 0 : Number(cursor.split('-')[1]) || 0;
  const until = visit.now() + hold;
  let moments = visit.empty ? [] : feed.after(last, visit.pageSize);
  for (let left = hold; moments.length === 0 && left > 0 && !request.signal.aborted; left = until - visit.now()) {
    await feed.wait(left, request.signal);
    if (!visit.empty) moments = feed.after(last, visit.pageSize);
  }
  const newest = moments.at(-1);
  const here = newest ? `${newest.time}-${newest.sequence}` : (cursor ?? `${feed.startedAt ?? visit.now()}-0`);
  const nextUrl = `${url.origin}${url.pathname}?i=${here}&timeout=${hold / 1000}`;
  const events = moments.map((moment) => moment.wire ?? real(moment, 'events-api', room));
  return events.length > 0
    ? json(200, { events, nextUrl })
    : json(400, { status: 'waited too long for events', nextUrl, events });
}

const contract: Manner = {
  formats: ['format-1', 'format-2', 'observed'],
  mixed: 2,
  veils: ['format-1'],
  users,
  amounts,
  noise: false,
  credential: 'not-a-secret-key',
  limit: { perMinute: declared.rates.contract.limit, says: ['remaining'] },
  render: ({ tip }, format) => (tip ? documented(tip, format) : {}),
  env: ({ channel, credential }, origin) => ({
    CHATURBATE_ENABLED: 'true',
    CHATURBATE_EVENTS_URL: `${origin}/events/chaturbate`,
    CHATURBATE_BROADCASTER: channel,
    CHATURBATE_API_KEY: credential,
  }),
};

const eventsApi: Manner = {
  formats: ['events-api'],
  mixed: 1,
  veils: ['events-api'],
  users: people,
  amounts: realAmounts,
  noise: true,
  credential: 'not-a-secret-token',
  limit: { perMinute: declared.rates.events.limit, says: [] },
  render: real,
  // No variable says where the true Events API is, so none leads here.
  env: () => ({}),
};

const documentedPoll = (visit: Visit): Answer =>
  drain(visit, {
    channel: visit.params.broadcaster ?? visit.url.searchParams.get('broadcaster'),
    credential: visit.request.headers.get('x-api-key'),
    manner: contract,
    page: tokenPage,
  });

/** Chaturbate: the documented polling, and the true long poll. */
export const chaturbate: MockPlatform = {
  name: 'chaturbate',
  origins: [declared.baseUrl ?? '', 'https://events.testbed.cb.dev', 'https://events.example.com'],
  manners: { contract, real: eventsApi },
  routes: [
    { path: '/events/chaturbate', dialect: 'contract', answer: documentedPoll },
    { path: '/events/chaturbate/:broadcaster', dialect: 'contract', answer: documentedPoll },
    { path: routeOf(declared.endpoints.contract), dialect: 'contract', answer: documentedPoll },
    { path: routeOf(declared.endpoints.events), dialect: 'real', answer: longPoll },
  ],
};
