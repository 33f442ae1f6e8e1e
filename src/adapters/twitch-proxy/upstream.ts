import type { Answer } from '../../core/answer.ts';
import { attempt } from '../../core/attempt.ts';
import { type Call, errorOf, fail, onFail, openCall, signalOf } from '../../core/call.ts';
import { circuit } from '../../core/circuit.ts';
import { connect, openWhole } from '../../core/client.ts';
import type { Connection } from '../../core/connection.ts';
import { get, platform } from '../../core/endpoint.ts';
import { isTipstreamError } from '../../core/errors.ts';
import type { Ground } from '../../core/ground.ts';
import { createLimiter, type Limiter, type RateClass, type Slot } from '../../core/limiter.ts';
import { readRetryAfter, untilReset } from '../../core/rate-limit.ts';
import { createRetrier } from '../../core/retry.ts';
import { createSharing } from '../../core/sharing.ts';
import { errorCodeOf } from '../../core/status.ts';
import { seconds } from '../../core/time.ts';
import { createTokens } from '../../core/tokens.ts';
import { twitchAuth } from '../../twitch/auth-endpoints.ts';
import { twitch } from '../../twitch/endpoints.ts';
import type { Lines } from './lines.ts';
import type { Metrics } from './metrics.ts';
import { proxyDefaults, rateOf, type TwitchProxyOptions } from './options.ts';
import { reasonOf } from './reply.ts';
import type { Route } from './routes.ts';

/** Who asks. */
export interface Who {
  /** The caller's token; `undefined` is the app itself. */
  readonly token: string | undefined;
  /** What tells it from others, and is no secret. */
  readonly identity: string;
}

/** Helix, asked politely. */
export interface Upstream {
  readonly connection: Connection;
  /** Whether there is a token of the app. */
  readonly hasApp: boolean;
  /** Waits for its turn and asks; equal questions of one token are asked once. Whatever Helix says is an answer. */
  ask(call: Call, route: Route, query: readonly [string, string][], who: Who): Promise<Answer<string>>;
  /** Requests that wait for their turn. */
  waiting(): number;
}

/** Everybody as one. */
const everybody = 'everybody';

/**
 * Opens the way to Helix. Sends nothing.
 *
 * @throws TipstreamError `CONFIG`
 */
export function openUpstream(options: TwitchProxyOptions, lines: Lines, metrics: Metrics): Upstream {
  const { clientId, auth, authUrl, circuit: breaker = {}, limiter: given = createLimiter(), retry, baseUrl } = options;
  const { fetch, telemetry, clock: time, random, allowInsecure, signal, timeout = proxyDefaults.timeout } = options;
  const common = { fetch, clock: time, random, allowInsecure, signal, timeout, logger: false, cache: false } as const;
  const helix = platform({ name: 'twitch-proxy', baseUrl: twitch.baseUrl, endpoints: {} });
  const connection = openWhole(
    helix,
    { ...common, telemetry, baseUrl, limiter: false },
    { headers: { 'Client-Id': clientId } },
  );
  const { clock, random: chance } = connection.options;
  const { perSecond, burst, perToken } = rateOf(options.rate);
  const rateClass: RateClass = { limit: perSecond, per: seconds(1), kind: 'bucket', burst };
  const retrier = createRetrier(retry ?? proxyDefaults.retry, clock, chance);
  const fuse = breaker === false ? undefined : circuit(breaker).open(clock);

  const id = auth && connect(twitchAuth, { ...common, baseUrl: authUrl });
  if (id) connection.onClose(id.close);
  const { redactor } = connection;
  const warn = (text: string): void => lines.warn(clock.now(), text);
  const provider = id && auth.open({ clientId, clock, redactor, calls: id, warn });
  const app = provider && createTokens(provider, clock, redactor);

  /** Every question has its own place where equal ones meet. */
  const raw = (route: Route) => ({
    ...get(route.upstream, { text: true, accepts: (status) => (status > 199 ? true : undefined), response: String }),
    name: route.name,
  });
  const meetings = new Map<string, ReturnType<typeof createSharing<string>>>();

  let waiting = 0;

  /** Waits for a turn. */
  const turn = async (limiter: Limiter, key: string, call: Call): Promise<Slot> => {
    const { deadlineAt } = call.facts;
    const maxWait = deadlineAt && deadlineAt - clock.now();
    waiting += 1;
    try {
      const slot = await limiter.acquire(key, rateClass, { clock, signal: signalOf(call), maxWait });
      // What one token has left at Twitch says nothing of the others.
      return perToken ? slot : { release: () => slot.release() };
    } finally {
      waiting -= 1;
    }
  };

  /** One attempt. A failure of the host is an error, so that it is tried again; `keep` hears what was said all the same. */
  const send = async (
    call: Call,
    route: Route,
    query: readonly [string, string][],
    { identity }: Who,
    token: string,
    keep: (answer: Answer<string> | undefined) => void,
  ): Promise<Answer<string>> => {
    const own = openCall(clock, call.facts);
    const apart = onFail(call, (error) => fail(own, error));
    const key = perToken ? identity : everybody;
    const ground: Ground = {
      ...connection,
      acquire: (_endpoint, waiter) => (given === false ? undefined : turn(given, key, waiter)),
    };
    try {
      keep(undefined);
      const headers = { authorization: `Bearer ${token}` };
      const answer = await attempt(ground, own, raw(route), { params: {}, query }, { headers });
      const { status, data, rateLimit } = answer;
      metrics.asked(status);
      if (status < 400) return answer;
      lines.failure(clock.now(), `${status} ${reasonOf(status)}`, redactor.text(data).replaceAll(token, '***'));
      if (status !== 429 && status < 500) return answer;
      keep(answer);
      const now = clock.now();
      const retryAfterMs = readRetryAfter(answer.headers, undefined, now) ?? untilReset(rateLimit, status === 429, now);
      throw errorOf(own, errorCodeOf(status), `${status}`, { status, rateLimit, retryAfterMs });
    } catch (error) {
      if (isTipstreamError(error) && error.status === undefined && error.endpoint !== undefined) {
        metrics.asked(error.code);
        if (error.code !== 'ABORTED') lines.failure(clock.now(), error.code, error.message);
      }
      throw error;
    } finally {
      apart();
    }
  };

  return {
    connection,
    hasApp: app !== undefined,
    waiting: () => waiting,
    ask(call, route, query, who) {
      const meeting = meetings.get(route.name) ?? createSharing<string>(connection, raw(route));
      meetings.set(route.name, meeting);
      return meeting(call, `${who.identity} ${String(new URLSearchParams([...query]))}`, async (shared) => {
        let last: Answer<string> | undefined;
        const keep = (answer: Answer<string> | undefined): void => {
          last = answer;
        };
        /** An attempt that waited its whole time for an answer, where it was the last. */
        let silence: unknown;
        /** The attempts with one token. */
        const tried = (token: string): Promise<Answer<string>> => {
          const once = (): Promise<Answer<string>> =>
            send(shared, route, query, who, token, keep).catch((error) => {
              if (!shared.failure) silence = isTipstreamError(error, 'TIMEOUT') ? error : undefined;
              throw error;
            });
          return retrier.run(shared, true, once, metrics.retried).catch((error) => {
            // The deadline came in the middle of an attempt: those before it have found a host that says nothing.
            throw (shared.failure && silence) ?? error;
          });
        };
        /** Only what Helix does is a reason to leave it alone: whoever makes tokens is another host. */
        const fused = (token: string): Promise<Answer<string>> =>
          fuse ? fuse.run(connection.host, () => tried(token)) : tried(token);
        try {
          const token = who.token ?? (await app?.get(shared)) ?? '';
          const answer = await fused(token);
          if (answer.status !== 401 || who.token !== undefined) return answer;
          const fresh = await app?.refresh(token, shared);
          return fresh === undefined ? answer : await fused(fresh);
        } catch (error) {
          if (last && !shared.failure) return last;
          throw error;
        }
      });
    },
  };
}
