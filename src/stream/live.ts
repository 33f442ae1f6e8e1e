import type { Connection } from '../core/connection.ts';
import { createDelivery, nobody } from './delivery.ts';
import type { EventStream } from './event-stream.ts';
import type { Hub } from './hub.ts';
import { createLog, type Log } from './log.ts';
import type { Origin } from './origin.ts';
import type { Received } from './pages.ts';
import { type PushOptions, type PushStream, pushStream } from './push.ts';
import { isSimulated, type Simulated, simulated, simulatedTip } from './simulated.ts';
import { testTip } from './test-tip.ts';
import type { TipEvent } from './tip-event.ts';
import type { ReadTip } from './tip-wire.ts';
import { view } from './view.ts';
import { type TipView, tipsOf } from './views.ts';

/** What a client of tips is made of, however its events come. */
export interface LiveParts {
  platform: string;
  /** The room of the whole client, where it has but one. */
  channel?: string | undefined;
  connection: Connection;
  readTip: ReadTip;
  /** The upstream's id of an event that is pushed. */
  eventId(event: unknown): string | undefined;
  mask<T>(event: T): T;
}

/** A source whose events a client shows; test tips go through it too. */
export type LiveSource<E> = Hub<Received<E | Simulated>>;

/** A source, or a part of it. */
export type LivePart<E> = Origin<Received<E | Simulated>> & { readonly channel?: string | undefined };

/** What a client shows of its sources. */
export interface Live<E> {
  readonly log: Log;
  /** Makes a source one of this client's: it takes test tips and ends with the client. */
  add<S extends LiveSource<E>>(source: S): S;
  /** Lets go of a source that nobody watches. */
  drop(source: LiveSource<E>): void;
  tips(source: LivePart<E>, options?: TipView & { signal?: AbortSignal | undefined }): EventStream<TipEvent>;
  /** Whoever hides is masked, unless `raw` is set. */
  events(
    source: LivePart<E>,
    options?: { raw?: boolean | undefined; signal?: AbortSignal | undefined },
  ): EventStream<E>;
  /** A stream of what is fed to it: payloads that a webhook or another relay brings. */
  push(options?: PushOptions): PushStream;
  /**
   * Sends a test tip through every watched stream of its channel; resolves when it was taken.
   *
   * @throws TipstreamError `CONSUMER` when nobody watches
   */
  simulate(tip?: Partial<TipEvent>): Promise<void>;
  /** Ends every source. */
  end(): Promise<void>;
}

/** Whatever takes test tips. */
type Feed = Pick<Hub<never>, 'watchers' | 'channel' | 'close'>;

/** The streams of one client. */
export function createLive<E>(parts: LiveParts): Live<E> {
  const { platform, channel, connection, mask } = parts;
  const { clock, logger } = connection.options;
  const log = createLog(platform, clock, logger);
  const warn = (text: string): void => log('warn', text);
  const loud = logger && logger.info !== undefined;
  const feeds = new Map<Feed, (event: Received<Simulated>) => Promise<void>>();
  let told: unknown;

  const read: ReadTip = (event, context) => {
    const tip = isSimulated(event) ? simulatedTip(event) : parts.readTip(event, context);
    if (tip && 'amount' in tip && loud && event !== told) {
      // Several views of the source read the same event one after the other.
      told = event;
      log(
        'info',
        `tip received: ${tip.amount} ${tip.unit}${tip.unit === tip.unit.toUpperCase() ? '' : 's'} from ${tip.tipper}`,
      );
    }
    return tip;
  };

  const end = async (): Promise<void> => {
    await Promise.all([...feeds.keys()].map((hub) => hub.close()));
  };
  connection.onClose(end);

  return {
    log,
    end,
    add(source) {
      feeds.set(source, createDelivery(source, {}));
      return source;
    },
    drop: (source) => feeds.delete(source),
    tips: (source, { signal, ...options } = {}) => tipsOf(source, read, options, warn, signal),
    events: (source, { raw, signal } = {}) =>
      view<Received<E | Simulated>, E>(
        source,
        ({ event }) => (isSimulated(event) ? undefined : raw ? event : mask(event)),
        signal,
      ),
    push(options = {}) {
      const view = { ...options, channel: options.channel ?? channel };
      // Held while it is watched: who makes one for each request leaves none behind.
      return pushStream({ ...parts, clock, readTip: read, warn }, view, (hub, deliver) => {
        feeds.set(hub, deliver);
        return () => feeds.delete(hub);
      });
    },
    async simulate(overrides = {}) {
      const at = clock.now();
      const tip = testTip({ platform, ...(channel && { channel }), timestamp: at / 1000, ...overrides });
      const { channel: asked } = overrides;
      const watched = [...feeds].filter(
        ([hub]) => hub.watchers > 0 && (!asked || !hub.channel || hub.channel === asked),
      );
      if (watched.length === 0) throw nobody(platform);
      await Promise.all(
        watched.map(([hub, deliver]) => {
          const room = asked ?? hub.channel ?? channel;
          return deliver({ event: simulated(room ? { ...tip, channel: room } : tip), id: tip.id, at });
        }),
      );
    },
  };
}
