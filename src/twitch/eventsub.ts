import type { Connection } from '../core/connection.ts';
import type { EventStream } from '../stream/event-stream.ts';
import { createLive, type LivePart, type LiveSource } from '../stream/live.ts';
import type { PushOptions, PushStream } from '../stream/push.ts';
import { isSimulated, type Simulated } from '../stream/simulated.ts';
import { createSocket } from '../stream/socket.ts';
import type { TipEvent } from '../stream/tip-event.ts';
import type { TwitchEventsOptions, TwitchTipsOptions } from './events.ts';
import { eventSubCalls, listed } from './eventsub-calls.ts';
import type { Refusal } from './eventsub-letters.ts';
import { noUserLetter } from './eventsub-letters.ts';
import { firstOfPair, isOwnCheer } from './eventsub-pairs.ts';
import { createTalking } from './eventsub-talk.ts';
import { type Topic, type TwitchTopic, topicOf, typesOf, usualTypes } from './eventsub-topics.ts';
import { eventId, mask, readTip } from './normalize.ts';
import type { TwitchEvent } from './schemas/events.ts';

/** What a client shows of EventSub. */
export interface EventSub {
  tips(options: TwitchTipsOptions): EventStream<TipEvent>;
  events(options: TwitchEventsOptions): EventStream<TwitchEvent>;
  push(options?: PushOptions): PushStream;
  simulate(tip?: Partial<TipEvent>): Promise<void>;
}

type Source = LiveSource<TwitchEvent>;

/** Twitch sends again for ten minutes; of a busy chat, too, whose messages may come over the same socket. */
const remembers = 50_000;

/** A source, and how it is told what is wanted of it. */
interface Shared {
  source: Source;
  /** The channel that it listens to at present. */
  id(): string | undefined;
  /** Whether a notification is of this channel and of the version that is read: `events()` may ask for others. */
  isOwn(event: TwitchEvent): boolean;
  want(types: readonly (string | TwitchTopic)[]): void;
}

/** A part of a source; whoever watches it makes the source subscribe to it. */
function only(
  { source, want }: Shared,
  types: readonly (string | TwitchTopic)[],
  shows: (event: TwitchEvent | Simulated) => boolean,
): LivePart<TwitchEvent> {
  return {
    platform: source.platform,
    channel: source.channel,
    clock: source.clock,
    durable: source.durable,
    ahead: source.ahead,
    on: (name, listener) => source.on(name, listener),
    emit: (name, signal) => source.emit(name, signal),
    ready: (signal) => source.ready(signal),
    stats: () => source.stats(),
    close: () => source.close(),
    settle: () => source.settle(),
    watch(watcher) {
      const handle = source.watch({
        get observe() {
          return watcher.observe;
        },
        next(received, ticket) {
          if (shows(received.event)) watcher.next(received, ticket);
        },
        end: (error) => watcher.end(error),
        finish: () => watcher.finish(),
      });
      return {
        ...handle,
        begin() {
          want(types);
          handle.begin();
        },
      };
    },
  };
}

/** The streams of one client over EventSub. Loaded when the first of them is watched. */
export function openEventSub(connection: Connection, address: string): EventSub {
  const { clock, random } = connection.options;
  const live = createLive<TwitchEvent>({
    platform: 'twitch',
    connection,
    readTip: firstOfPair(readTip),
    eventId,
    mask,
  });
  const sources = new Map<string, Shared>();

  const open = (broadcasterId: string | undefined, login: string | undefined): Shared => {
    const given = new Map<string, string | TwitchTopic>();
    const refused = new Map<string, Refusal>();
    const calls = eventSubCalls(connection);
    let id = broadcasterId;
    let topics: Topic[] | undefined;
    let run: AbortSignal | undefined;
    const wanted = (): Topic[] => (topics ??= [...given.values()].map((type) => topicOf(type, id ?? '')));
    const talking = createTalking({
      clock,
      random,
      calls,
      wanted,
      refused,
      address,
      report: (error) => source.report(error),
      deliver: (event, messageId) => source.deliver(event, messageId),
      invalid: ({ invalid: code, path }) => source.emit('invalid', { platform: 'twitch', path, code }),
      gap: (from) => source.gap({ from, reason: 'unsubscribed' }),
    });
    const source = createSocket<TwitchEvent | Simulated>({
      platform: 'twitch',
      channel: login ?? broadcasterId,
      connection,
      talk: talking.talk,
      closed: talking.closed,
      // No credential goes with a socket: whoever turns one away has refused none.
      probe: async () => {},
      remembers,
      async url(signal) {
        // Whoever watches anew may have mended what was refused.
        if (signal !== run) {
          refused.clear();
          // The token may be somebody else's by now.
          id = broadcasterId;
          topics = undefined;
        }
        run = signal;
        if (id === undefined) {
          id = await calls.userId(login, signal);
          if (id === undefined) throw noUserLetter(login);
          topics = undefined;
        }
        for (const other of sources.values())
          if (other.source !== source && other.source.watchers > 0 && other.id() === id)
            live.log(
              'warn',
              `channel ${id} is watched by way of its id, its login or the token at once; merged, these count every tip twice: ask in one way`,
            );
        return address;
      },
    });
    return {
      source: live.add(source),
      id: () => id,
      isOwn({ version, subscription }) {
        const { broadcaster_user_id: of = id } = listed(subscription).condition;
        return of === id && String(version ?? 1) === '1';
      },
      want(types) {
        let more = false;
        for (const type of types) {
          const name = JSON.stringify(type);
          // Whoever comes has not heard of what was refused, and may have mended it.
          if (given.has(name) && !refused.delete(topicOf(type, id ?? '').key)) continue;
          given.set(name, type);
          more = true;
        }
        if (!more) return;
        topics = undefined;
        talking.more();
      },
    };
  };

  const shared = ({ broadcasterId, login }: TwitchTipsOptions | TwitchEventsOptions): Shared => {
    const name = login?.toLowerCase();
    const key = `${broadcasterId ?? ''} ${name ?? ''}`;
    const known = sources.get(key) ?? open(broadcasterId, name);
    sources.set(key, known);
    return known;
  };

  return {
    tips(options) {
      const types = typesOf(options.include);
      const of = shared(options);
      const shows = (event: TwitchEvent | Simulated): boolean =>
        isSimulated(event) || (types.includes(String(event.type)) && !isOwnCheer(event) && of.isOwn(event));
      return live.tips(only(of, types, shows), options);
    },
    events(options) {
      const { types = usualTypes } = options;
      const names = types.map((type) => (typeof type === 'string' ? type : type.type));
      const shows = (event: TwitchEvent | Simulated): boolean =>
        !isSimulated(event) && names.includes(String(event.type));
      return live.events(only(shared(options), types, shows), options);
    },
    push: live.push,
    simulate: live.simulate,
  };
}
