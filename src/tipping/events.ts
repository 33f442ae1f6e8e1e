import type { EndpointCall, ListCall } from '../core/client.ts';
import type { Connection } from '../core/connection.ts';
import { configError, isTipstreamError, TipstreamError } from '../core/errors.ts';
import { checkDuration } from '../core/options.ts';
import { segment } from '../core/segment.ts';
import type { EventStream } from '../stream/event-stream.ts';
import { createLive, type Live } from '../stream/live.ts';
import type { Simulated } from '../stream/simulated.ts';
import { createSocket, type SocketSource, type Verdict } from '../stream/socket.ts';
import type { TipEvent } from '../stream/tip-event.ts';
import { isWire } from '../stream/tip-wire.ts';
import type { TipView } from '../stream/views.ts';
import type { PageInput } from './manner.ts';
import { createMissing } from './missed.ts';
import type { TippingEvent, TippingStream, TippingTip } from './models.ts';
import { eventId, eventTime, mask, readTip } from './normalize.ts';

/** How the socket of a stream is reached. The platform's documents do not say, so all of it can be chosen (TP-29). */
export interface TippingSocketOptions {
  /**
   * The address of a stream's events, asked for at every connection.
   * @default `/streams/{streamId}/events` below `baseUrl`, over wss
   */
  url?: ((streamId: string, baseUrl: string) => string | Promise<string>) | undefined;
  /** Where the access token goes: into the query, a subprotocol or the first message. @default 'query' */
  auth?: 'query' | 'subprotocol' | 'message' | 'none' | undefined;
  /** The name of the token in the query. @default 'token' */
  parameter?: string | undefined;
  /** The first message. @default `{ type: 'auth', token }` */
  message?: ((token: string) => unknown) | undefined;
  /** A message that is sent again and again, every so many milliseconds. @default none */
  heartbeat?: { every: number; message: string } | undefined;
  /** Without a word for so long, in milliseconds, the connection counts as dead. @default no limit, as nothing says how often the platform speaks */
  silence?: number | undefined;
  /** What a close code means, where it is not as usual. */
  closed?: ((code: number, reason: string) => Verdict | undefined) | undefined;
}

/** Which stream. */
export interface TippingEventsOptions {
  /** The id of a stream. */
  streamId: string;
  /** Gives what came as it came, also the notes of private tips. @default false */
  raw?: boolean | undefined;
  /** Ends what watches; everything that was given counts as taken. */
  signal?: AbortSignal | undefined;
}

/** Which stream, and which of its tips. */
export interface TippingTipsOptions extends TippingEventsOptions, Omit<TipView, 'includePrivate'> {
  /**
   * `true` gives private tips with their message, `false` leaves them out.
   * @default private tips come without their message, with `meta.private`
   */
  includePrivate?: boolean | undefined;
}

/** The live side of a client. */
export interface TippingLive extends Pick<Live<TippingEvent>, 'push' | 'simulate'> {
  /** The tips of a stream, live, each once: what was missed while the connection was gone is fetched (TP-30). */
  tips(options: TippingTipsOptions): EventStream<TipEvent>;
  /** Tips and viewers of a stream, in the wire's words. */
  events(options: TippingEventsOptions): EventStream<TippingEvent>;
}

/** What the live side asks over REST. */
export interface TippingQuestions {
  /** Whether the credential is good. */
  probe(): Promise<unknown>;
  stream: EndpointCall<string | { readonly streamId: string }, TippingStream>;
  tips: Pick<ListCall<PageInput & { streamId: string }, TippingTip>, 'withMeta'>;
  /** The name of somebody, where that can be asked. */
  nameOf?: ((userId: string) => Promise<string>) | undefined;
}

const platform = 'tipping';
/** So many streams that nobody watches are remembered, so that whoever comes back misses nothing. */
const idle = 100;

/** The sockets of a client, one for each stream that is watched. */
export function openLive(
  connection: Connection,
  { probe, stream, tips, nameOf }: TippingQuestions,
  options: TippingSocketOptions = {},
): TippingLive {
  const { url, auth = 'query', parameter = 'token', message, heartbeat, silence, closed } = options;
  const { clock } = connection.options;
  checkDuration(platform, 'heartbeat', heartbeat?.every);
  checkDuration(platform, 'silence', silence);
  const live = createLive<TippingEvent>({ platform, connection, readTip, eventId, mask });
  const sources = new Map<string, SocketSource<TippingEvent | Simulated>>();

  const tokenOf = (signal: AbortSignal): Promise<string> =>
    connection.call(
      { name: 'events', method: 'GET' },
      signal,
      async (call) => (await connection.tokens?.get(call)) ?? '',
    );

  /** Lets go of the streams that were asked for longest ago and that nobody watches. */
  const tidy = (): void => {
    for (const [streamId, source] of sources) {
      if (sources.size <= idle) return;
      if (source.stats().untaken > 0 || source.watchers > 0) continue;
      sources.delete(streamId);
      live.drop(source);
      source.release();
    }
  };

  const open = (streamId: string): SocketSource<TippingEvent | Simulated> => {
    // Dots would lead out of the path, and the token with them.
    if (/^\.{0,2}$/.test(streamId ?? ''))
      throw configError(platform, 'the option streamId is missing or empty; give the id of a stream');
    const known = sources.get(streamId);
    if (known) {
      // The latest stand last.
      sources.delete(streamId);
      sources.set(streamId, known);
      return known;
    }
    tidy();
    let token = '';
    let liveSince: number | undefined;
    let heardAt = 0;
    /** Filled anew before each connection. */
    const protocols: string[] = [];
    const missing = createMissing({ clock, nameOf, ask: (page, more) => tips.withMeta({ ...page, streamId }, more) });

    const source = createSocket<TippingEvent | Simulated>({
      platform,
      channel: streamId,
      connection,
      protocols,
      async url(signal) {
        const { baseUrl } = connection;
        token = auth === 'none' ? '' : await tokenOf(signal);
        protocols.splice(0, 1, ...(auth === 'subprotocol' && token ? [token] : []));
        const address = new URL(
          (await url?.(streamId, baseUrl)) ??
            `${baseUrl.replace(/^http/, 'ws').replace(/\/$/, '')}/streams/${segment(streamId)}/events`,
        );
        if (auth === 'query' && token) address.searchParams.set(parameter, token);
        return address.href;
      },
      async probe() {
        // Who sends no token need not have one.
        if (auth !== 'none') await probe();
        await stream({ streamId }).catch((error) => {
          // A stream that is not there does not come by waiting.
          if (!isTipstreamError(error, 'NOT_FOUND')) throw error;
          throw new TipstreamError({ code: 'NOT_FOUND', platform, fatal: true, message: error.message, cause: error });
        });
      },
      // A refusal of somebody who shows no token leaves no doubt.
      believes: auth === 'none',
      closed,
      talk: (line) => ({
        opened() {
          if (auth === 'message') line.send(JSON.stringify(message?.(token) ?? { type: 'auth', token }));
          if (heartbeat) line.beat(heartbeat.every, () => heartbeat.message);
          if (silence !== undefined) line.silent(silence);
          liveSince ??= clock.now();
          line.live();
        },
        heard(text) {
          let event: unknown;
          try {
            event = JSON.parse(text);
          } catch {}
          if (!isEvent(event)) return source.emit('invalid', { platform, path: '', code: 'no event' });
          // Of a burst the first says as much, and reading a date is what costs most of a frame.
          const now = clock.now();
          if (now !== heardAt) missing.heard(eventTime(event));
          heardAt = now;
          source.deliver(event, eventId(event));
        },
      }),
      async missed(from, _to, signal) {
        const { events, complete } = await missing.fetch(streamId, from, liveSince ?? from, signal);
        for (const event of events) source.deliver(event, event.tip.id);
        return complete;
      },
    });
    sources.set(streamId, source);
    return live.add(source);
  };

  return {
    tips: ({ streamId, ...view }) => live.tips(open(streamId), view),
    events: ({ streamId, ...view }) => live.events(open(streamId), view),
    push: live.push,
    simulate: live.simulate,
  };
}

/** Whatever says what it is; the platform may say new things (TP-28). */
const isEvent = (value: unknown): value is TippingEvent => isWire(value) && typeof value.type === 'string';
