import { isLoopback } from '../core/address.ts';
import type { Connection, RateState } from '../core/connection.ts';
import { configError } from '../core/errors.ts';
import { checkDuration, checkWord } from '../core/options.ts';
import type { TelemetryEvents } from '../core/telemetry.ts';
import { type Stop, seconds } from '../core/time.ts';
import { type Verification, verify } from '../core/verify.ts';
import { checkpointOf } from './checkpoint.ts';
import type { EventStream } from './event-stream.ts';
import { createLive } from './live.ts';
import { type Poll, poll } from './poll.ts';
import type { Batch, SourceSettings } from './poll-options.ts';
import type { PushOptions, PushStream } from './push.ts';
import type { Simulated } from './simulated.ts';
import type { TipEvent } from './tip-event.ts';
import type { ReadTip } from './tip-wire.ts';
import type { TipView } from './views.ts';

/** What `tips()` takes. The settings of the source are for the client, or for its first stream. */
export interface TipsOptions extends SourceSettings, TipView {
  /** Ends what watches this stream; everything that was given counts as taken. */
  signal?: AbortSignal | undefined;
}

/** The settings of the source that only a long poll has. */
export interface LongPollSettings {
  /**
   * How long the upstream holds the first question when nothing happens, in milliseconds, 0 to 90 s; then it says so itself.
   * @default seconds(30)
   */
  longPoll?: number | undefined;
}

/** A client of a platform that is polled for tips. */
export interface TipClient<E, Options extends TipsOptions = TipsOptions> {
  /**
   * The tips of the room. All streams of one client share one source, which asks while somebody watches.
   *
   * @throws TipstreamError `CONFIG` for a setting of the source that differs from the one it has
   */
  tips(options?: Options): EventStream<TipEvent>;
  /** Everything that happens in the room, in the wire's words. Who tips anonymously is masked, unless `raw` is set. */
  events(options?: Omit<Options, 'zero' | 'includePrivate'>): EventStream<E>;
  /** A stream of what is fed to it: payloads that a webhook, an extension or another relay brings. */
  push(options?: PushOptions): PushStream;
  /**
   * Sends a test tip through every watched stream of tips; resolves when it was taken.
   *
   * @throws TipstreamError `CONSUMER` when nobody watches
   */
  simulate(tip?: Partial<TipEvent>): Promise<void>;
  /** The last known state of each rate class that was used. */
  rateLimits(): Record<string, RateState>;
  /**
   * Asks once, and says in a sentence whether the credential is good. Events in the answer wait for the streams of this
   * client, in memory only: where an endpoint hands each event out once, watch before you close, or they are lost.
   */
  verify(): Promise<Verification>;
  /** Forgets tokens, the place in the stream and its checkpoint. */
  forget(): Promise<void>;
  /** Hears requests, answers and rate limits. The returned function ends it. */
  on<K extends keyof TelemetryEvents>(name: K, listener: (event: TelemetryEvents[K]) => void): Stop;
  /** Stops asking, lets running callbacks finish, writes the checkpoint and lets go of everything. */
  close(): Promise<void>;
}

type Settings = SourceSettings & LongPollSettings;

const names = ['interval', 'backlog', 'overlap', 'checkpoint', 'ahead', 'longPoll'] as const;

/** What a platform brings. */
export interface TipPlatform<E> {
  platform: string;
  channel?: string | undefined;
  dialect?: string | undefined;
  connection: Connection;
  /** Each event is handed out once. */
  drains: boolean;
  /** The interval that nobody chose, in milliseconds. */
  interval: number;
  /** What the client was made with. */
  settings: Settings;
  ask(cursor: string | undefined, signal: AbortSignal | undefined, settings: Settings): Promise<Batch<E>>;
  /** Asks without taking anything away, where that can be done. */
  probe?: (() => Promise<unknown>) | undefined;
  readTip: ReadTip;
  eventId(event: unknown): string | undefined;
  eventTime(event: unknown): number | undefined;
  mask<T>(event: T): T;
}

/** EV-25: how often a real host is asked at most. */
const shortest = seconds(5);

/** Makes a client out of what only the platform knows. */
export function tipClient<E>(parts: TipPlatform<E>): TipClient<E, TipsOptions & LongPollSettings> {
  const { connection, platform, channel, drains } = parts;
  const { clock, random, logger } = connection.options;
  const live = createLive<E>(parts);
  const chosen: Settings = {};
  let source: Poll<E | Simulated> | undefined;
  /** What `verify()` was given, an answer each: the source reads them as if it had asked. */
  let held: Batch<E>[] = [];

  /** The first to say something about the source decides. */
  const choose = (settings: Settings): void => {
    checkDuration(platform, 'interval', settings.interval);
    checkWord(platform, 'backlog', settings.backlog, ['deliver', 'mark', 'skip']);
    if (settings.checkpoint) checkpointOf(platform, settings.checkpoint);
    for (const name of names) {
      const value = settings[name];
      if (value === undefined || value === chosen[name]) continue;
      if (source || chosen[name] !== undefined)
        throw configError(
          platform,
          `${name} belongs to the one source of this client and is settled; give it when the client is made`,
        );
      Object.assign(chosen, { [name]: value });
    }
  };
  choose(parts.settings);

  const ask = async (cursor: string | undefined, signal?: AbortSignal): Promise<Batch<E>> => {
    const first = held.shift();
    return first ? { ...first, again: held.length > 0 } : parts.ask(cursor, signal, chosen);
  };

  const shared = (settings: Settings): Poll<E | Simulated> => {
    choose(settings);
    if (source) return source;
    const floor = isLoopback(connection.host) ? 0 : shortest;
    chosen.interval ??= parts.interval;
    chosen.backlog ??= chosen.checkpoint || drains ? 'deliver' : 'skip';
    chosen.overlap ??= false;
    if (chosen.checkpoint && 'get' in chosen.checkpoint && channel === undefined)
      live.log('warn', 'give broadcaster: without it two accounts in one store would share this checkpoint');
    source = poll<E | Simulated>({
      ...chosen,
      ...parts,
      interval: Math.max(floor, chosen.interval),
      // Never of a credential: a new token goes on where the old one stopped.
      checkpointKey: `tipstream:${platform}:${connection.host}:${channel ?? '-'}`,
      ask,
      clock,
      random,
      logger,
    });
    source.on('status', ({ state }) => {
      if (state === 'connecting')
        live.log('info', `listener started on ${connection.redactor.url(connection.baseUrl)}`);
    });
    return live.add(source);
  };

  return {
    tips: ({ signal, raw, zero, includePrivate, ...settings } = {}) =>
      live.tips(shared(settings), { raw, zero, includePrivate, signal }),
    events: ({ signal, raw, ...settings } = {}) => live.events(shared(settings), { raw, signal }),
    push: live.push,
    simulate: live.simulate,
    rateLimits: connection.rateLimits,
    on: connection.telemetry.on,
    verify: () =>
      verify(platform, async () => {
        if (parts.probe) return parts.probe();
        held.push(await parts.ask(undefined, undefined, chosen));
      }),
    async forget() {
      connection.forget();
      held = [];
      // The checkpoint is there before anybody watches.
      if (source || chosen.checkpoint) await shared({}).forget();
    },
    async close() {
      await live.end();
      await connection.close();
    },
  };
}
