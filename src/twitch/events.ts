import { checkAddress } from '../core/address.ts';
import type { Connection } from '../core/connection.ts';
import { configError, TipstreamError } from '../core/errors.ts';
import { deferred } from '../stream/deferred.ts';
import type { EventStream } from '../stream/event-stream.ts';
import type { PushOptions, PushStream } from '../stream/push.ts';
import type { TipEvent } from '../stream/tip-event.ts';
import type { TipView } from '../stream/views.ts';
import { besideOf } from './beside.ts';
import type { EventSub } from './eventsub.ts';
import { appTokenError, checkKinds, checkTypes, type TwitchTipKind } from './eventsub-kinds.ts';
import type { TwitchTopic } from './eventsub-topics.ts';
import type { TwitchEvent } from './schemas/events.ts';

/**
 * Whose channel is listened to. Without either it is the channel of the token's own user. Ask for a channel in one way: by its id, its login and the
 * token it has a socket each, and a merge of them counts every tip twice, which the log says.
 */
export interface TwitchWhose {
  /** The id of the broadcaster. */
  broadcasterId?: string | undefined;
  /** The login of the broadcaster. */
  login?: string | undefined;
  /** Ends what watches this stream; everything that was given counts as taken. */
  signal?: AbortSignal | undefined;
}

/** What `tips()` takes. */
export interface TwitchTipsOptions extends TwitchWhose, TipView {
  /**
   * What counts: `bits` (scope `bits:read`), `subscriptions`, `gifts` and `resubs` (`channel:read:subscriptions`), `charity`
   * (`channel:read:charity`; money that the streamer does not get). What a scope is missing for is told as an error, and the rest comes.
   * @default ['bits', 'subscriptions', 'gifts', 'resubs']
   */
  include?: readonly TwitchTipKind[] | undefined;
}

/** What `events()` takes. */
export interface TwitchEventsOptions extends TwitchWhose {
  /**
   * Types of EventSub, e.g. `channel.cheer`, or with a version and a condition of their own.
   * @default what tips() includes, and hype trains (scope `channel:read:hype_train`)
   */
  types?: readonly (string | TwitchTopic)[] | undefined;
  /** Shows events as they came, whoever gives anonymously included. @default false */
  raw?: boolean | undefined;
}

/** What a client of Twitch has of EventSub. */
export interface TwitchStreams {
  /**
   * Bits, subscriptions, gifts and renewed subscriptions of a channel, over one socket that is open while somebody watches. Needs the
   * token of the broadcaster.
   *
   * @throws TipstreamError `CONFIG` for the token of an app, or an unknown kind of tip
   */
  tips(options?: TwitchTipsOptions): EventStream<TipEvent>;
  /**
   * What EventSub notifies of, in the wire's words: hype trains among it. Who gives anonymously is nobody, unless `raw` is set.
   *
   * @throws TipstreamError `CONFIG`
   */
  events(options?: TwitchEventsOptions): EventStream<TwitchEvent>;
  /**
   * A stream of what webhooks bring: `feed` takes the body of a notification, with `message_id` and `message_timestamp` of its headers
   * beside. Of a cheer that comes as two types the one that came first in its channel counts.
   */
  push(options?: PushOptions): PushStream;
  /**
   * Sends a test tip through every watched stream of tips; resolves when it was taken.
   *
   * @throws TipstreamError `CONSUMER` when nobody watches
   */
  simulate(tip?: Partial<TipEvent>): Promise<void>;
}

/** How the streams are made. */
interface StreamsSetting {
  /** Where the sockets of EventSub are. */
  eventsubUrl?: string | undefined;
  /** The token is the one of an app. */
  app?: boolean | undefined;
}

/** Where the sockets are: beside a Helix that is elsewhere, as in the official command line's mock. */
const addressOf = (baseUrl: string | undefined): string =>
  baseUrl === undefined ? 'wss://eventsub.wss.twitch.tv/ws' : besideOf(baseUrl, 'ws').replace(/^http/i, 'ws');

const failure = (code: 'NETWORK' | 'ABORTED', text: string, cause?: unknown): TipstreamError =>
  new TipstreamError({ code, platform: 'twitch', message: `twitch eventsub: ${text}`, cause });

/**
 * Tips and events of a client. What they are made of is loaded when the first is watched.
 *
 * @throws TipstreamError `CONFIG`
 */
export function twitchStreams(connection: Connection, { eventsubUrl, app }: StreamsSetting): TwitchStreams {
  const { clock, baseUrl, allowInsecure } = connection.options;
  const address = eventsubUrl ?? addressOf(baseUrl);
  if (!/^wss?:/.test(address))
    throw configError('twitch', 'eventsubUrl is no address of a socket; it begins with wss://');
  checkAddress('twitch', address.replace(/^ws/, 'http'), allowInsecure, false, 'eventsubUrl');
  /** Streams whose code is on its way: a test tip waits for them. */
  const coming = new Set<() => Promise<unknown>>();
  let loading: Promise<EventSub> | undefined;

  const load = (): Promise<EventSub> =>
    (loading ??= import('./eventsub.ts').then(
      ({ openEventSub }) => openEventSub(connection, address),
      (cause: unknown) => {
        loading = undefined;
        throw failure('NETWORK', 'its code could not be loaded; look at the network, or load the app anew', cause);
      },
    ));

  const later = <T, S extends EventStream<T>>(make: (eventSub: EventSub) => S) => {
    const both = deferred<T, S>('twitch', clock, () => {
      const early = !connection.closed;
      const made = load().then((eventSub) => {
        if (early && connection.closed) throw failure('ABORTED', 'the client was closed');
        return make(eventSub);
      });
      const gone = (): void => void coming.delete(loaded);
      // Whoever watches hears of it, too.
      made.then(gone, gone);
      coming.add(loaded);
      return made;
    });
    const loaded = both[1];
    return both;
  };

  const check = ({ broadcasterId, login }: TwitchWhose): void => {
    if (app) throw appTokenError();
    if (broadcasterId !== undefined && login !== undefined)
      throw configError('twitch', 'give broadcasterId or login, not both');
    if (broadcasterId === '' || login === '')
      throw configError(
        'twitch',
        `${login === '' ? 'login' : 'broadcasterId'} is empty; leave it out for the token's own channel`,
      );
  };

  return {
    tips(options = {}) {
      check(options);
      checkKinds(options.include);
      return later<TipEvent, EventStream<TipEvent>>((eventSub) => eventSub.tips(options))[0];
    },
    events(options = {}) {
      check(options);
      checkTypes(options.types);
      return later<TwitchEvent, EventStream<TwitchEvent>>((eventSub) => eventSub.events(options))[0];
    },
    push(options) {
      const [stream, loaded] = later<TipEvent, PushStream>((eventSub) => eventSub.push(options));
      return Object.assign(stream, { feed: async (payload: unknown) => (await loaded()).feed(payload) });
    },
    async simulate(tip) {
      const eventSub = await load();
      await Promise.allSettled([...coming].map((loaded) => loaded()));
      await eventSub.simulate(tip);
    },
  };
}
