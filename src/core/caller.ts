import type { Answer } from './answer.ts';
import { attempt } from './attempt.ts';
import type { Cache, CacheContext } from './cache.ts';
import { type Call, contextOf, errorOf, fail, limitCall, onFail, openCall } from './call.ts';
import type { Connection } from './connection.ts';
import { createDeprecations } from './deprecation.ts';
import type { Endpoint, Platform } from './endpoint.ts';
import { isTipstreamError, type RateLimit, type TipstreamError } from './errors.ts';
import { tell } from './listener.ts';
import { line } from './logger.ts';
import { memoryCache } from './memory-cache.ts';
import { type CacheOptions, type CallOptions, checkDuration } from './options.ts';
import { prepare } from './prepare.ts';
import { read } from './reader.ts';
import type { Prepared } from './request.ts';
import { createRetrier } from './retry.ts';
import { createSharing, type Sharing } from './sharing.ts';

/** What is known of an answer beside its data. */
export interface Meta {
  status: number;
  headers: Headers;
  requestId?: string;
  /** How often a request was sent for this call; 0 for a kept answer. */
  attempts: number;
  elapsedMs: number;
  /** `HIT`: a kept answer; `STALE`: a kept answer beyond its time; `MISS`: a new one. */
  cache: 'HIT' | 'MISS' | 'STALE';
  rateLimit?: RateLimit;
}

/** After `If-None-Match` a 304 is an answer, without data: whoever asks so has the data of last time. */
function conditional<Out>(endpoint: Endpoint<never, Out>): Endpoint<never, Out> {
  let unchanged = false;
  return {
    ...endpoint,
    accepts(status, body) {
      unchanged = status === 304;
      return unchanged || endpoint.accepts?.(status, body);
    },
    response: (body) => (unchanged ? (undefined as Out) : read(endpoint.response, body)),
  };
}

/** Makes endpoints callable: validation, cache, coalescing, circuit, attempts. */
export interface Caller {
  bind<Out>(
    endpoint: Endpoint<never, Out>,
  ): (input: unknown, options?: CallOptions) => Promise<{ data: Out; meta: Meta }>;
  /** Clears the answers that this client keeps. */
  forget(): Promise<void>;
}

/** Pages without a secure context have no `crypto.randomUUID`. */
const makeKey = (): string => crypto.randomUUID?.() ?? String(crypto.getRandomValues(new Uint32Array(4)));

/** Makes the caller of one client. */
export function createCaller(platform: Platform<unknown>, connection: Connection): Caller {
  const { options, telemetry, redactor, host } = connection;
  const { clock, logger, cache: kept } = options;
  const retrier = createRetrier(options.retry, clock, options.random, platform.retries);
  const circuit = platform.circuit?.open(clock);
  const caches: Cache[] = [];
  let context: CacheContext | undefined;

  const say = (level: 'info' | 'warn', text: string): void => {
    if (logger) tell(() => logger[level]?.(line(platform.name, clock.now(), redactor.text(text))));
  };
  const tellDeprecation = createDeprecations((text) => say('warn', text));
  const openCache = (endpoint: Endpoint<never>): Cache | undefined => {
    if (!endpoint.cache || endpoint.method !== 'GET' || kept === false) return undefined;
    const { store, ...times }: CacheOptions = kept && 'get' in kept ? { store: kept } : (kept ?? {});
    context ??= {
      clock,
      ...times,
      store: store ?? memoryCache({ clock }),
      from: connection.baseUrl,
      revalidate: !('document' in globalThis),
      onError: (error) =>
        say('warn', `the cache failed and is passed over: ${error instanceof Error ? error.message : ''}`),
    };
    const cache = endpoint.cache.open(context);
    caches.push(cache);
    return cache;
  };

  /** Runs a call that has to be over in `deadline` milliseconds. */
  const within = <T>(
    endpoint: Endpoint<never>,
    deadline: number,
    signal: AbortSignal | undefined,
    run: (call: Call) => Promise<T>,
  ): Promise<T> =>
    connection.call(endpoint, signal, (call) => {
      call.facts.deadlineAt = call.facts.since + deadline;
      limitCall(call, deadline, `not done in ${deadline / 1000} s; raise deadline, or look at the network`);
      return run(call);
    });
  const attempts = async <Out>(
    call: Call,
    endpoint: Endpoint<never, Out>,
    prepared: Prepared,
    headers: Readonly<Record<string, string>>,
    key?: string,
  ) => {
    const { method, idempotent = method === 'GET' } = endpoint;
    const name = typeof idempotent === 'string' ? idempotent : 'Idempotency-Key';
    const sending = { headers: key === undefined ? headers : { ...headers, [name]: key } };
    const asked = 'if-none-match' in headers ? conditional(endpoint) : endpoint;
    /** Once more where the token was refused and another could be had. */
    const once = async (again = true): Promise<Answer<Out>> => {
      const own = openCall(clock, call.facts);
      const { progress } = call.facts;
      const { sent } = progress;
      const apart = onFail(call, (error) => fail(own, error));
      try {
        return await attempt(connection, own, asked, prepared, sending);
      } catch (error) {
        if (!isTipstreamError(error)) throw error;
        const { code, message, status, endpoint: known, retryAfterMs } = error;
        // The limiter knows no call.
        if (known === undefined) throw errorOf(call, code, message, { retryAfterMs });
        const { token } = own;
        if (status !== 401 || !again || token === undefined || platform.renews?.(error) === false) throw error;
        // Nothing was done for a token that is no good.
        progress.sent = sent;
        if ((await connection.tokens?.refresh?.(token, call)) === undefined) throw error;
        return once(false);
      } finally {
        apart();
      }
    };
    const onRetry = ({ code, message }: TipstreamError, delayMs: number): void => {
      say('info', `${message}; trying again in ${Math.round(delayMs)} ms`);
      telemetry.emit('retry', () => ({ ...contextOf(call), code, delayMs }));
    };
    const all = (): Promise<Answer<Out>> =>
      retrier.run(call, idempotent === true || key !== undefined, () => once(), onRetry);
    if (!circuit) return all();
    return circuit.run(host, all).catch((error) => {
      if (!isTipstreamError(error, 'CIRCUIT_OPEN')) throw error;
      const { retryAfterMs } = error;
      telemetry.emit('circuit', () => ({ ...contextOf(call), ...(retryAfterMs !== undefined && { retryAfterMs }) }));
      throw errorOf(call, 'CIRCUIT_OPEN', error.message, { retryAfterMs });
    });
  };

  return {
    forget: async () => {
      await Promise.all(caches.map((cache) => cache.forget()));
    },
    bind<Out>(endpoint: Endpoint<never, Out>) {
      let opened: { cache: Cache | undefined; share: Sharing<Out> } | undefined;

      const ask = async (call: Call, prepared: Prepared, { idempotencyKey }: CallOptions) => {
        const who = connection.tokens?.begin?.(call);
        const isGet = endpoint.method === 'GET';
        opened ??= { cache: openCache(endpoint), share: createSharing(connection, endpoint) };
        const { cache, share } = opened;
        if (!isGet) {
          const { idempotent } = endpoint;
          const made = typeof idempotent === 'string' ? makeKey() : undefined;
          const key = idempotencyKey === undefined ? made : idempotencyKey;
          // A key that does not arrive as it is recognises nothing, and what may be repeated with it would be done twice.
          if (key !== undefined && !(typeof key === 'string' && /^[!-~]+( +[!-~]+)*$/.test(key)))
            throw errorOf(call, 'VALIDATION', 'idempotencyKey: give visible ASCII characters');
          return { answer: await attempts(call, endpoint, prepared, {}, idempotent === false ? undefined : key) };
        }
        const target = JSON.stringify([prepared.params, [...prepared.query].sort()]);
        const fetch = (headers: Readonly<Record<string, string>>, background = false): Promise<Answer<Out>> =>
          background
            ? within(endpoint, options.deadline, undefined, (own) => attempts(own, endpoint, prepared, headers))
            : endpoint.joins === false
              ? attempts(call, endpoint, prepared, headers)
              : share(call, who + target + JSON.stringify(headers), (shared) =>
                  attempts(shared, endpoint, prepared, headers),
                );
        if (!cache) return { answer: await fetch({}) };
        const name = await endpoint.cache?.name?.(prepared);
        const account = name === undefined || connection.tokens ? await connection.accountKey(call) : '';
        const key =
          name === undefined
            ? `${platform.name} ${host} ${account} ${endpoint.name} ${target}`
            : name + (account && `:account:${account}`);
        const result = await cache.run<Out, Answer<Out>>(key, fetch);
        telemetry.emit('cache', () => ({ ...contextOf(call), result: result.cache }));
        return { ...result, answer: { ...result, ...result.answer, data: result.data } };
      };

      return (input, callOptions = {}) => {
        const { signal, deadline = options.deadline } = callOptions;
        return within(endpoint, deadline, signal, async (call) => {
          checkDuration(platform.name, 'deadline', deadline);
          const prepared = prepare(endpoint, input, (text) => errorOf(call, 'VALIDATION', text), redactor.add);
          const {
            answer,
            cache = 'MISS',
          }: {
            answer: Partial<Answer<Out>> & Pick<Answer<Out>, 'data' | 'status' | 'headers'>;
            cache?: Meta['cache'];
          } = await ask(call, prepared, callOptions);
          const { data, status, headers, requestId, rateLimit } = answer;
          tellDeprecation(endpoint.name, headers);
          const { attempts: sent } = call.facts.progress;
          const meta: Meta = {
            status,
            headers,
            attempts: sent,
            elapsedMs: clock.now() - call.facts.since,
            cache,
            ...(requestId !== undefined && { requestId }),
            ...(rateLimit && { rateLimit }),
          };
          return { data, meta };
        });
      };
    },
  };
}
