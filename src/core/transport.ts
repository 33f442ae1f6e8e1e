import type { Answer, SendOptions } from './answer.ts';
import { type Call, openCall } from './call.ts';
import type { Endpoint, Platform } from './endpoint.ts';
import { isTipstreamError, type RateLimit } from './errors.ts';
import { createExchange } from './exchange.ts';
import type { Slot } from './limiter.ts';
import { line } from './logger.ts';
import type { ResolvedOptions } from './options.ts';
import type { Redactor } from './redact.ts';
import { readAnswer } from './reply.ts';
import type { Prepared } from './request.ts';
import type { Telemetry } from './telemetry.ts';
import { seconds } from './time.ts';
import type { Tokens } from './tokens.ts';

/** What the attempts of one connection stand on. */
export interface TransportParts {
  platform: Platform<unknown>;
  options: ResolvedOptions;
  /** Stands before the path of every endpoint. */
  base: string;
  origin: string;
  params: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
  redactor: Redactor;
  telemetry: Telemetry;
  tokens: Tokens | undefined;
  /** Waits for a place in the queue of the endpoint's rate class. */
  acquire(endpoint: Endpoint, call: Call): Promise<Slot | undefined>;
}

/** Makes one attempt; two where the first one's token was refused and another could be had. */
export type Transport = <Out>(
  call: Call,
  endpoint: Endpoint<never, Out>,
  prepared: Prepared,
  sending: SendOptions,
) => Promise<Answer<Out>>;

/** How long a class is held back after a 429 that does not say when. */
const unnamedHold = seconds(1);

/** Makes the transport of one connection. */
export function createTransport(parts: TransportParts): Transport {
  const { platform, options, redactor, telemetry, tokens, origin, params } = parts;
  const { clock, logger } = options;
  const { now } = clock;
  const exchange = createExchange(options, parts.headers, redactor, telemetry);
  const look = (endpoint: Endpoint, status: number, text: string): void => {
    if (logger !== false && logger.debug)
      logger.debug(
        line(platform.name, now(), `${endpoint.name}: ${status} ${redactor.text(logger.body?.(text) ?? '')}`),
      );
  };

  const attempt = async <Out>(
    parent: Call,
    endpoint: Endpoint<never, Out>,
    prepared: Prepared,
    sending: SendOptions,
    again: boolean,
  ): Promise<Answer<Out>> => {
    const call = openCall(clock, parent.facts, parent);
    const scheme = endpoint.auth === false ? undefined : (endpoint.auth ?? platform.auth);
    const began = now();
    let slot: Slot | undefined;
    let secret: string | undefined;
    let rateLimit: RateLimit | undefined;
    let hold: number | undefined;
    const ended = (status?: number, code?: string): void =>
      telemetry.emit('response', () => ({
        ...call.context(),
        elapsedMs: now() - began,
        ...(status !== undefined && { status }),
        ...(code !== undefined && { code }),
      }));
    const limited = (seen: RateLimit | undefined): void => {
      rateLimit = seen;
      if (seen) telemetry.emit('ratelimit', () => ({ ...call.context(), ...seen, rate: endpoint.rate ?? 'default' }));
    };
    try {
      slot = await parts.acquire(endpoint, call);
      const limit = sending.timeout ?? endpoint.timeout ?? options.timeout;
      call.limit(limit, `no whole answer in ${limit / 1000} s; look at the network, or raise timeout`);
      secret = scheme && (await tokens?.get(call));
      const target = {
        template: endpoint.path ? parts.base.replace(/\/$/, '') + endpoint.path : parts.base,
        origin,
        params,
        prepared,
        scheme,
        secret,
        url: sending.url,
      };
      const response = await exchange(call, endpoint, target, sending);
      const answer = await readAnswer(
        { platform, redactor, now, look, limited },
        call,
        endpoint,
        response,
        'if-none-match' in (sending.headers ?? {}),
      );
      ended(answer.status);
      return answer;
    } catch (error) {
      if (!isTipstreamError(error)) throw error;
      if (call.facts.attempts > 0) ended(error.status, error.code);
      if (error.status === 429) hold = error.retryAfterMs ?? unnamedHold;
      if (error.status !== 401 || !again || secret === undefined) throw error;
      const fresh = await tokens?.refresh(secret, parent);
      if (fresh === undefined) throw error;
    } finally {
      slot?.release(rateLimit, hold);
      call.end();
    }
    return attempt(parent, endpoint, prepared, sending, false);
  };
  return (call, endpoint, prepared, sending) => attempt(call, endpoint, prepared, sending, true);
}
