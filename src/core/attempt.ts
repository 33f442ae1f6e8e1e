import type { Answer, SendOptions } from './answer.ts';
import { type Call, contextOf, errorOf, limitCall } from './call.ts';
import { defined } from './defined.ts';
import type { Endpoint } from './endpoint.ts';
import type { RateLimit } from './errors.ts';
import { exchange } from './exchange.ts';
import type { Ground } from './ground.ts';
import { readAnswer } from './reply.ts';
import { addressOf, followed, type Placed, type Prepared } from './request.ts';
import { segment } from './segment.ts';
import { seconds } from './time.ts';

/** How long a class is held back after a 429 that does not say when. */
const unnamedHold = seconds(1);

/** What limiter and telemetry hear of an attempt: its answer, or its error. */
interface Outcome {
  status?: number;
  code?: string;
  rateLimit?: RateLimit | undefined;
  retryAfterMs?: number;
}

/** Sends what was placed and prepared. */
function send(
  ground: Ground,
  call: Call,
  endpoint: Endpoint<never>,
  prepared: Prepared,
  { url: given, headers }: SendOptions,
  placed: Placed,
): Promise<Response> {
  const { baseUrl, redactor } = ground;
  const { path, method } = endpoint;
  const [scheme, secret = ''] = placed || [];
  const url =
    given === undefined
      ? addressOf(
          path ? baseUrl.replace(/\/$/, '') + path : baseUrl,
          { ...ground.params, ...prepared.params },
          prepared.query,
          placed,
          (text) => errorOf(call, 'VALIDATION', text),
        )
      : followed(given, ground.origin, placed, (text) => errorOf(call, 'UPSTREAM', text));
  call.facts.progress.url = () => {
    // By its place as a whole, however short it is; the redactor knows it by value.
    const hidden = segment(secret);
    return redactor.url(url.replace(/[^/?&=#]+/g, (part) => (part === hidden ? '***' : part)));
  };
  const all = {
    accept: 'application/json',
    ...prepared.headers,
    ...ground.headers,
    ...headers,
    // Without a credential there is no header for one: what anybody may ask is asked without.
    ...(scheme?.in === 'header' && secret !== '' && { [scheme.name]: scheme.prefix + secret }),
  };
  return exchange(ground, call, url, method, all, prepared.body);
}

/** One attempt. */
export async function attempt<Out>(
  ground: Ground,
  call: Call,
  endpoint: Endpoint<never, Out>,
  prepared: Prepared,
  sending: SendOptions,
): Promise<Answer<Out>> {
  const { platform, options, telemetry, tokens } = ground;
  const { clock } = options;
  const slot = await ground.acquire(endpoint, call);
  const began = clock.now();
  const { attempts } = call.facts.progress;
  const ms = sending.timeout ?? endpoint.timeout ?? options.timeout;
  const unlimit = limitCall(call, ms, `no whole answer in ${ms / 1000} s; look at the network, or raise timeout`);
  const scheme = tokens && (endpoint.auth ?? platform.auth);
  let outcome: Outcome = {};
  try {
    if (scheme) call.token = await tokens.get(call);
    const placed: Placed = scheme && [scheme, call.token ?? ''];
    const answer = await readAnswer(
      ground,
      call,
      endpoint,
      await send(ground, call, endpoint, prepared, sending, placed),
    );
    outcome = answer;
    return answer;
  } catch (error) {
    outcome = Object(error);
    throw error;
  } finally {
    // Refused with calls left: another limit, which holds back nobody else unless it says so.
    const { status, code, rateLimit, retryAfterMs = rateLimit?.remaining ? 0 : unnamedHold } = outcome;
    unlimit();
    slot?.release(rateLimit, status === 429 ? retryAfterMs : 0);
    if (rateLimit)
      telemetry.emit('ratelimit', () => ({ ...contextOf(call), ...rateLimit, rate: endpoint.rate ?? 'default' }));
    if (call.facts.progress.attempts > attempts)
      telemetry.emit('response', () => defined({ ...contextOf(call), elapsedMs: clock.now() - began, status, code }));
  }
}
