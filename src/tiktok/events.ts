import { configError } from '../core/errors.ts';
import type { EventStream } from '../stream/event-stream.ts';
import { createLive } from '../stream/live.ts';
import type { Received } from '../stream/pages.ts';
import { isSimulated, type Simulated } from '../stream/simulated.ts';
import type { TipEvent } from '../stream/tip-event.ts';
import { view } from '../stream/view.ts';
import type { TipView } from '../stream/views.ts';
import { type GiftTipsOptions, tipsOfFrames } from './gifts/tips-of-frames.ts';
import { readTip, unnamed } from './normalize.ts';
import type { Comment } from './schemas/live.ts';
import { type OpenSession, openSession, type SessionEvent, type SessionParts } from './session.ts';

/** What the streams of a session take. */
export interface SessionStreamOptions {
  /** Ends what watches this stream; everything that was given counts as taken. */
  signal?: AbortSignal | undefined;
  /**
   * Connects the service to the room again when it has lost it, as often as it allows. The name of the room is that of this client's
   * `live.connect`, or the one that the service lists for the session. Belongs to the session: say it with its first stream.
   * @default false
   */
  autoConnect?: boolean | undefined;
}

/** What `tips()` takes. */
export interface TikTokTipsOptions
  extends SessionStreamOptions,
    Pick<GiftTipsOptions, 'quiet'>,
    Omit<TipView, 'includePrivate'> {}

/** The comments of a room. */
export interface CommentStream extends EventStream<Comment> {
  /**
   * Asks whether the service hears the room.
   *
   * @throws TipstreamError `SOCKET` without a connection, `TIMEOUT` without an answer
   */
  requestStatus(): Promise<boolean>;
  /**
   * Asks for a sign of life. Gives the milliseconds until it came.
   *
   * @throws TipstreamError `SOCKET` without a connection, `TIMEOUT` without an answer
   */
  ping(): Promise<number>;
}

/** What a client has over its sockets. */
export interface TikTokStreams {
  /** The comments of a session, each once. All streams of a session share one socket, open while somebody watches. A comment is no tip (TT-42). */
  comments(sessionId: string, options?: SessionStreamOptions): CommentStream;
  /** The gifts of a session as tips, in diamonds, from a service that sends `gift` frames. */
  tips(sessionId: string, options?: TikTokTipsOptions): EventStream<TipEvent>;
  /** Everything that comes over the socket of a session; of a gift whose giver asked to stay unnamed only what is about the gift. */
  events(sessionId: string, options?: SessionStreamOptions): EventStream<SessionEvent>;
  /**
   * Sends a test tip through every watched stream of tips; resolves when it was taken.
   *
   * @throws TipstreamError `CONSUMER` when nobody watches
   */
  simulate(tip?: Partial<TipEvent>): Promise<void>;
}

/** What the streams need of their client. */
export interface StreamParts extends Omit<SessionParts, 'reconnect'> {
  /** Connects the service to the room of a session. */
  reconnect(sessionId: string, signal: AbortSignal): Promise<unknown>;
}

type Carried = Received<SessionEvent | Simulated>;

/** So many sessions are remembered at most while nobody watches them: every broadcast has a new one. */
const most = 100;

/** The streams of a client, by session. */
export function createStreams(parts: StreamParts): TikTokStreams {
  const live = createLive<SessionEvent>({
    platform: 'tiktok',
    connection: parts.connection,
    readTip,
    eventId: () => undefined,
    mask: (event) => event,
  });
  const sessions = new Map<string, OpenSession & { autoConnect: boolean }>();

  /** Lets go of the sessions that were asked for longest ago and that nobody watches. */
  const tidy = (): void => {
    for (const [id, { source }] of sessions) {
      if (sessions.size < most) return;
      if (source.watchers > 0 || source.stats().untaken > 0) continue;
      sessions.delete(id);
      live.drop(source);
      source.release();
    }
  };

  const session = (id: string, { autoConnect }: SessionStreamOptions): OpenSession => {
    // Dots would lead out of the path, and the key with them.
    if (typeof id !== 'string' || /^\.{0,2}$/.test(id))
      throw configError('tiktok', 'sessionId is missing; it is what live.connect said');
    const known = sessions.get(id);
    if (known && autoConnect !== undefined && autoConnect !== known.autoConnect)
      throw configError('tiktok', 'autoConnect belongs to the session and is settled; say it with its first stream');
    if (known) {
      // The latest stand last.
      sessions.delete(id);
      sessions.set(id, known);
      return known;
    }
    tidy();
    const opened = Object.assign(
      openSession(id, {
        ...parts,
        reconnect: (sessionId, signal) => (autoConnect ? parts.reconnect(sessionId, signal) : undefined),
      }),
      { autoConnect: autoConnect ?? false },
    );
    live.add(opened.source);
    sessions.set(id, opened);
    return opened;
  };

  let last = '';
  /** Several streams of a session make the same tip one after the other. */
  const told = ({ id, amount, tipper }: TipEvent): void => {
    if (id !== last) live.log('info', `tip received: ${amount} diamonds from ${tipper}`);
    last = id;
  };

  return {
    comments(id, options = {}) {
      const { source, requestStatus, ping } = session(id, options);
      const comments = view<Carried, Comment>(
        source,
        ({ event }) => (!isSimulated(event) && event.type === 'comment' ? event.data : undefined),
        options.signal,
      );
      return Object.assign(comments, { requestStatus, ping });
    },
    tips(id, options = {}) {
      const { source } = session(id, options);
      const gifts = view<Carried, unknown>(
        source,
        ({ event }) => (isSimulated(event) || event.type === 'gift' ? event : undefined),
        options.signal,
      );
      return tipsOfFrames(gifts, { ...options, channel: id }, told);
    },
    events: (id, options = {}) =>
      view<Carried, SessionEvent>(
        session(id, options).source,
        ({ event }) =>
          isSimulated(event) ? undefined : event.type === 'gift' ? { ...event, data: unnamed(event.data) } : event,
        options.signal,
      ),
    simulate: live.simulate,
  };
}
