import { onTestFinished } from 'vitest';
import type { TipstreamError } from '../../src/core/errors.ts';
import { loadHttp } from '../../src/core/http.node.ts';
import { matchPath } from '../../src/mock/platform.ts';
import { seededRandom } from '../../src/mock/random.ts';
import { type TwitchControls, twitchService } from '../../src/mock/twitch/index.ts';
import type { EventStream, InvalidEvent, StreamGap, StreamStatus } from '../../src/stream/event-stream.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { createTwitch, type Twitch, type TwitchOptions } from '../../src/twitch/index.ts';
import { settle, type TestClock, testClock } from '../support/clock.ts';
import { memorySockets } from '../support/memory-sockets.ts';

const tipScopes = ['bits:read', 'channel:read:subscriptions'];

/** What was seen of a stream. */
export interface Seen<T = TipEvent> {
  events: T[];
  errors: TipstreamError[];
  gaps: StreamGap[];
  invalid: InvalidEvent[];
  statuses: StreamStatus[];
  states(): string[];
  ended: unknown[];
  stop(): void;
}

/** A Twitch in memory, a client of it, and time in the test's hand. */
export interface EventSubRoom {
  clock: TestClock;
  twitch: Twitch;
  mock: TwitchControls;
  /** Requests, as `POST channel.cheer` or `GET`. */
  asked: string[];
  /** Sockets that the client has not let go of. */
  sockets: { readonly held: number };
  /** What the client was made with. */
  options: TwitchOptions;
  watch<T>(stream: EventStream<T>): Seen<T>;
  /** Time goes by, and what is ready happens. */
  pass(ms: number): Promise<void>;
}

export const origin = 'http://127.0.0.1:1/twitch';

export async function eventSubRoom({
  scopes = tipScopes,
  login = 'mira',
  options = {},
  latency = 5,
  seed = 'room',
  loseAnswers = 0,
}: {
  scopes?: readonly string[];
  /** Whose token it is; `null` is an app's. */
  login?: string | null;
  options?: Partial<TwitchOptions>;
  latency?: number | (() => number);
  seed?: string;
  /** So many requests are acted on without an answer. */
  loseAnswers?: number;
} = {}): Promise<EventSubRoom> {
  // What is loaded when it is first needed is there: time stands still for it.
  await Promise.all([import('../../src/twitch/eventsub.ts'), loadHttp()]);
  const clock = testClock();
  const service = twitchService.create({
    clock,
    random: seededRandom(seed),
    pace: 1,
    every: Number.POSITIVE_INFINITY,
    strict: true,
    origin: () => origin,
  });
  const mock = service.controls;
  const asked: string[] = [];
  let lost = loseAnswers;
  const sockets = memorySockets(clock, latency, (url, peer) => {
    const socket = service.sockets?.find(({ path }) => `/twitch${path}` === url.pathname);
    socket?.open(
      { request: new Request(String(url).replace(/^ws/, 'http')), url, params: {}, body: async () => undefined },
      peer,
    );
    return socket !== undefined;
  });
  const fetch = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const text = await request.clone().text();
    const body = text ? JSON.parse(text) : undefined;
    asked.push([request.method, body?.type ?? url.pathname.replace('/twitch', '')].join(' '));
    for (const route of service.routes) {
      const params = matchPath(`/twitch${route.path}`, url.pathname);
      if (!params || route.method !== request.method) continue;
      const answer = await route.answer({ request, url, params, body: async () => body });
      if (request.method === 'POST' && lost-- > 0) throw new TypeError('fetch failed');
      return new Response(answer.body || null, { status: answer.status, headers: answer.headers });
    }
    return new Response('', { status: 404 });
  };
  const token = mock.issue(login === null ? {} : { login, scopes }).accessToken;
  const given = {
    clientId: mock.clientId,
    token,
    baseUrl: `${origin}/helix`,
    clock,
    random: () => 0.5,
    logger: false,
    fetch,
    WebSocket: sockets.WebSocket,
    ...options,
  } as TwitchOptions;
  const twitch = createTwitch(given);
  onTestFinished(async () => {
    const closing = twitch.close();
    await clock.advance(10_000);
    await closing;
    service.close?.();
  });
  return {
    clock,
    twitch,
    mock,
    asked,
    sockets,
    options: given,
    async pass(ms) {
      // Code, requests and answers take turns of the event loop.
      await settle(20);
      await clock.advance(ms);
    },
    watch(stream) {
      const seen: Seen<never> = {
        events: [],
        errors: [],
        gaps: [],
        invalid: [],
        statuses: [],
        ended: [],
        states: () => seen.statuses.map(({ state }) => state),
        stop: () => {},
      };
      stream.on('error', (error) => seen.errors.push(error));
      stream.on('gap', (gap) => seen.gaps.push(gap));
      stream.on('invalid', (report) => seen.invalid.push(report));
      stream.on('status', (status) => seen.statuses.push(status));
      stream.on('end', (error) => seen.ended.push(error));
      seen.stop = stream.subscribe((event) => void seen.events.push(event as never));
      return seen as never;
    },
  };
}
