import type { Answer, SendOptions } from './answer.ts';
import { type Call, contextOf, limitCall } from './call.ts';
import type { Endpoint, Platform } from './endpoint.ts';
import { isTipstreamError } from './errors.ts';
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
  const exchange = createExchange(options, parts.headers, redactor, telemetry);
  const look = (endpoint: Endpoint, status: number, text: string): void => {
    if (logger !== false && logger.debug)
      logger.debug(
        line(platform.name, clock.now(), `${endpoint.name}: ${status} ${redactor.text(logger.body?.(text) ?? '')}`),
      );
  };

  const attempt = async <Out>(
    call: Call,
    endpoint: Endpoint<never, Out>,
    prepared: Prepared,
    sending: SendOptions,
    again: boolean,
  ): Promise<Answer<Out>> => {
    const began = clock.now();
    const slot = await parts.acquire(endpoint, call);
    const ms = sending.timeout ?? endpoint.timeout ?? options.timeout;
    const unlimit = limitCall(call, ms, `no whole answer in ${ms / 1000} s; look at the network, or raise timeout`);
    const seen: Pick<Answer<Out>, 'rateLimit'> & { status?: number; code?: string; hold?: number } = {};
    let stale: string | undefined;
    try {
      const scheme = endpoint.auth === false ? undefined : (endpoint.auth ?? platform.auth);
      const secret = scheme && (await tokens?.get(call));
      stale = secret;
      const template = endpoint.path ? parts.base.replace(/\/$/, '') + endpoint.path : parts.base;
      const target = { template, origin, params, prepared, scheme, secret, url: sending.url };
      const response = await exchange(call, endpoint, target, sending);
      seen.status = response.status;
      const answer = await readAnswer(
        { platform, redactor, look },
        call,
        endpoint,
        response,
        'if-none-match' in (sending.headers ?? {}),
      );
      if (answer.rateLimit) seen.rateLimit = answer.rateLimit;
      return answer;
    } catch (error) {
      if (!isTipstreamError(error)) throw error;
      const { code, status, rateLimit, retryAfterMs = unnamedHold } = error;
      seen.code = code;
      if (rateLimit) seen.rateLimit = rateLimit;
      if (status === 429) seen.hold = retryAfterMs;
      if (status !== 401 || !again || stale === undefined) throw error;
      if ((await tokens?.refresh(stale, call)) === undefined) throw error;
    } finally {
      const { hold, rateLimit, ...ended } = seen;
      unlimit();
      slot?.release(rateLimit, hold);
      if (rateLimit)
        telemetry.emit('ratelimit', () => ({ ...contextOf(call), ...rateLimit, rate: endpoint.rate ?? 'default' }));
      if (call.facts.attempts)
        telemetry.emit('response', () => ({ ...contextOf(call), elapsedMs: clock.now() - began, ...ended }));
    }
    return attempt(call, endpoint, prepared, sending, false);
  };
  return (call, endpoint, prepared, sending) => attempt(call, endpoint, prepared, sending, true);
}
