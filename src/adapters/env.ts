/**
 * Clients from environment variables, so that a program holds no credential.
 *
 * @module tipstream/env
 */
import { type Camsoda, createCamsoda } from '../camsoda/index.ts';
import { type Chaturbate, createChaturbate } from '../chaturbate/index.ts';
import { consoleLogger } from '../core/logger.ts';
import type { ClientOptions } from '../core/options.ts';
import { systemClock } from '../core/time.ts';
import { deferred } from '../stream/deferred.ts';
import type { EventStream } from '../stream/event-stream.ts';
import { type MergedStream, merge } from '../stream/merge.ts';
import type { SourceSettings } from '../stream/poll-options.ts';
import type { TipEvent } from '../stream/tip-event.ts';
import { createStripchat, type Stripchat } from '../stripchat/index.ts';
import type { Twitch } from '../twitch/client.ts';
import type { TwitchWhose } from '../twitch/events.ts';
import { camsodaSettings, chaturbateSettings, stripchatSettings, twitchSettings } from './env/settings.ts';
import { type Env, envError, variables } from './env/variables.ts';

export type { Env } from './env/variables.ts';

/** What all clients are made with, beside what the environment says. */
export type EnvOptions = Omit<ClientOptions, 'baseUrl'> & SourceSettings;

/** The clients that the environment has credentials for. */
export interface EnvClients {
  chaturbate?: Chaturbate;
  stripchat?: Stripchat;
  camsoda?: Camsoda;
  /** Loads the code of Twitch, and makes its client once: who does not use it does not load it. */
  twitch?: () => Promise<Twitch>;
  /** Closes all of them. */
  close(): Promise<void>;
}

/**
 * One client for each platform that the environment says something of. `*_ENABLED=false` leaves a platform out.
 *
 * | variable | |
 * |---|---|
 * | `CHATURBATE_USERNAME`, `CHATURBATE_TOKEN` | the Events API |
 * | `CHATURBATE_EVENTS_URL`, `CHATURBATE_API_KEY`, `CHATURBATE_BROADCASTER` | instead of them: an endpoint that is polled; `{broadcaster}` in the address is filled in |
 * | `STRIPCHAT_TOKEN`, `STRIPCHAT_EVENTS_URL` | `STRIPCHAT_BROADCASTER` says whose room it is: the `channel` of its tips, and part of a checkpoint's key |
 * | `CAMSODA_BROADCASTER`, `CAMSODA_API_KEY`, `CAMSODA_EVENTS_URL` | |
 * | `TWITCH_CLIENT_ID`, `TWITCH_TOKEN` | the token of the broadcaster; `TWITCH_BROADCASTER_LOGIN` or `_ID` where the channel is another's, `TWITCH_BASE_URL` for a mock |
 * | `*_POLL_INTERVAL` | seconds |
 * | `*_ENABLED` | `true` or `false` |
 * | `DEBUG` | exactly `true` logs every answer, masked |
 *
 * An address on this machine needs no credential: that is a mock.
 *
 * @param env - E.g. `process.env`.
 * @throws {TipstreamError} `CONFIG` that names the variable, never its value: one that cannot be read, one that is missing
 *   beside others or beside `*_ENABLED=true`, two that exclude each other.
 *
 * @example
 * ```ts
 * import { clientsFromEnv } from 'tipstream/env';
 * const { stripchat, close } = clientsFromEnv({ STRIPCHAT_TOKEN: 'not-a-secret-token' });
 * console.log(stripchat?.rateLimits());
 * await close();
 * ```
 */
export function clientsFromEnv(env: Env, options: EnvOptions = {}): EnvClients {
  const common = { ...(env.DEBUG === 'true' && { logger: consoleLogger('debug') }), ...options };
  // All settings are read before the first client is made: a mistake leaves nothing behind that would have to be closed.
  const settings = {
    chaturbate: chaturbateSettings(variables(env, 'CHATURBATE')),
    stripchat: stripchatSettings(variables(env, 'STRIPCHAT')),
    camsoda: camsodaSettings(variables(env, 'CAMSODA')),
    twitch: twitchSettings(variables(env, 'TWITCH')),
  };
  const chaturbate = settings.chaturbate && createChaturbate({ ...common, ...settings.chaturbate });
  const stripchat = settings.stripchat && createStripchat({ ...common, ...settings.stripchat });
  const camsoda = settings.camsoda && createCamsoda({ ...common, ...settings.camsoda });
  const wanted = settings.twitch;
  let opening: Promise<Twitch> | undefined;
  const twitch =
    wanted &&
    ((): Promise<Twitch> =>
      (opening ??= import('../twitch/index.ts').then(({ createTwitch }) =>
        createTwitch({ ...common, ...wanted.client }),
      )));
  return {
    ...(chaturbate && { chaturbate }),
    ...(stripchat && { stripchat }),
    ...(camsoda && { camsoda }),
    ...(twitch && { twitch }),
    async close() {
      // One that could not be made needs no end.
      const opened = await opening?.catch(() => undefined);
      await Promise.all([chaturbate, stripchat, camsoda, opened].map((one) => one?.close()));
    },
  };
}

/**
 * The tips of every platform that the environment says something of, as one stream. `close()` ends it.
 *
 * @param env - E.g. `process.env`; the variables are those of `clientsFromEnv`.
 * @throws {TipstreamError} `CONFIG` as `clientsFromEnv`, and when there is no platform at all.
 *
 * @example
 * ```ts
 * import { tipsFromEnv } from 'tipstream/env';
 * const tips = tipsFromEnv({ STRIPCHAT_TOKEN: 'not-a-secret-token' });
 * await tips.close();
 * ```
 */
export function tipsFromEnv(env: Env, options: EnvOptions = {}): MergedStream<TipEvent> {
  const { chaturbate, stripchat, camsoda, twitch, close } = clientsFromEnv(env, options);
  const whose: TwitchWhose | undefined = twitchSettings(variables(env, 'TWITCH'))?.whose;
  const load = twitch && (async () => (await twitch()).tips(whose));
  const streams = [
    chaturbate?.tips(),
    stripchat?.tips(),
    camsoda?.tips(),
    load && deferred<TipEvent, EventStream<TipEvent>>('twitch', options.clock ?? systemClock, load)[0],
  ].filter((stream) => stream !== undefined);
  if (streams.length === 0)
    throw envError(
      'no platform is set up; give e.g. CHATURBATE_USERNAME and CHATURBATE_TOKEN, STRIPCHAT_TOKEN, CAMSODA_BROADCASTER and CAMSODA_API_KEY, or TWITCH_CLIENT_ID and TWITCH_TOKEN',
    );
  return Object.defineProperties(merge(streams), {
    close: { value: close },
    [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]: { value: close },
  });
}
