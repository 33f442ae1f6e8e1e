import { digest } from '../../core/account.ts';
import { limitCall } from '../../core/call.ts';
import { configError, isTipstreamError } from '../../core/errors.ts';
import { plainLogger } from '../../core/logger.ts';
import { checkDuration } from '../../core/options.ts';
import { minutes } from '../../core/time.ts';
import { corsOf, preflight } from './cors.ts';
import { failed, isJson, passed, refused } from './failure.ts';
import { createLines } from './lines.ts';
import { createMemory } from './memory.ts';
import { createMetrics } from './metrics.ts';
import { proxyDefaults, type Rate, rateOf, type TwitchProxyOptions } from './options.ts';
import { jsonReply, type Reply, refusal, textReply, withHeaders } from './reply.ts';
import { type Route, readQuestion, routes } from './routes.ts';
import { memoryShelf, noShelf, type Ready, storeShelf, zippedOf } from './shelf.ts';
import { openUpstream, type Who } from './upstream.ts';
import { acceptsGzip, longestTarget, pathOf, tokenOf, type Visit } from './visit.ts';

/** The proxy without any transport. */
export interface TwitchProxy {
  readonly rate: Rate;
  /** The answer that lies ready, at once; `undefined` where something has to be done first. */
  ready(visit: Visit): Reply | undefined;
  /** The answer. Never rejects. */
  answer(visit: Visit): Promise<Reply>;
  close(): Promise<void>;
}

/** Old entries are swept out so often, by whoever asks next: no timer keeps a process alive for it. */
const purgeEvery = minutes(5);

const byPath = (path: string): Route | undefined => routes.find((route) => route.path === path);

/**
 * Makes the proxy. Sends nothing and touches no global.
 *
 * @throws TipstreamError `CONFIG`
 */
export function createProxy(options: TwitchProxyOptions): TwitchProxy {
  const { clientId, auth, cache, cacheBytes = proxyDefaults.cacheBytes, logger = plainLogger() } = options ?? {};
  const { deadline = proxyDefaults.deadline, gzip = true } = options ?? {};
  if (!clientId) throw configError('twitch-proxy', 'clientId is missing; it stands in the developer console of Twitch');
  if (auth && auth.kind !== 'app')
    throw configError(
      'twitch-proxy',
      'auth is the token of a user, and everybody would be answered as that user; give appToken()',
    );
  checkDuration('twitch-proxy', 'deadline', deadline);
  const lines = createLines(logger);
  const metrics = createMetrics();
  const cors = corsOf(options.cors);
  const rate = rateOf(options.rate);
  const upstream = openUpstream(options, lines, metrics);
  const { connection } = upstream;
  const { clock } = connection.options;
  const keeps = cache !== false;
  const warnOfStore = (error: unknown): void =>
    lines.warn(clock.now(), `the cache failed and is passed over: ${connection.redactor.error(error).message}`);
  const shelf = !keeps ? noShelf() : cache ? storeShelf(cache, clock, warnOfStore) : memoryShelf(cacheBytes);
  const place = cache ? `tipstream:twitch-proxy:${connection.host}:` : '';
  /** Who is behind a header; the same caller comes again and again. */
  const callers = createMemory<Who & { until: number }>(2 ** 22);
  let purgeAt = Number.NaN;

  const sweep = (now: number): void => {
    if (now < purgeAt) return;
    if (now >= purgeAt) {
      callers.purge(now);
      const gone = shelf.purge(now);
      if (gone) lines.cache(now, 'PURGE', `${gone} gone, ${shelf.size()} left`);
    }
    purgeAt = now + purgeEvery;
  };

  const whoIs = async (authorization: string | undefined, now: number): Promise<Who | undefined> => {
    if (authorization === undefined) return { token: undefined, identity: await digest(`app ${clientId}`) };
    const known = callers.get(authorization, now);
    if (known) return known;
    const token = tokenOf(authorization);
    if (token === undefined) return undefined;
    const who = { token, identity: await digest(token), until: Number.POSITIVE_INFINITY };
    callers.set(authorization, who, 200);
    return who;
  };

  const told = (visit: Visit, route: string, path: string, reply: Reply, since: number): Reply => {
    const now = clock.now();
    metrics.answered(route, reply.status, (now - since) / 1000);
    lines.request(now, visit.method, path, visit.from ?? '-', now - since);
    return reply;
  };

  const hit = (ready: Ready, route: Route, now: number, zip: boolean): Reply => {
    metrics.looked(route.name, true);
    lines.cache(now, 'HIT', route.path);
    return (zip && ready.zipped) || ready.plain;
  };

  /** An answer of Helix, kept or new. */
  const pass = async (visit: Visit, route: Route, query: readonly [string, string][], who: Who): Promise<Reply> => {
    const asked = String(new URLSearchParams([...query]));
    const key = `${place}${who.identity} ${route.path}?${asked}`;
    const spelling = `${who.identity} ${visit.target}`;
    const isKept = keeps && route.ttl > 0;
    const ready = isKept ? await shelf.get(key, clock.now()) : undefined;
    if (ready) {
      shelf.alias(spelling, key, ready);
      if (gzip && acceptsGzip(visit.acceptEncoding)) ready.zipped ??= await zippedOf(ready.plain);
      return hit(ready, route, clock.now(), gzip && acceptsGzip(visit.acceptEncoding));
    }
    if (isKept) {
      metrics.looked(route.name, false);
      lines.cache(clock.now(), 'MISS', route.path);
    }
    const { status, data, headers } = await connection.call(
      { name: route.name, method: 'GET' },
      visit.signal,
      (call) => {
        call.facts.deadlineAt = call.facts.since + deadline;
        limitCall(call, deadline, `not done in ${deadline / 1000} s`);
        return upstream.ask(call, route, query, who);
      },
    );
    const more = [...(route.ttl ? ['X-Cache', 'MISS'] : []), ...passed(headers)];
    if (status > 399 && status < 600) return refused(status, data, passed(headers));
    if (status > 299 || !isJson(data)) return refusal(502, 'Twitch answered with something that is no JSON');
    if (isKept) shelf.alias(spelling, key, await shelf.set(key, data, clock.now(), route.ttl));
    const reply = jsonReply(status, data, more);
    return gzip && acceptsGzip(visit.acceptEncoding) ? zippedOf(reply) : reply;
  };

  const answer = async (visit: Visit, path: string, route: Route | undefined): Promise<Reply> => {
    const { method, target, authorization, hasBody } = visit;
    if (target.length > longestTarget) return refusal(414, `the address is longer than ${longestTarget} characters`);
    if (method === 'OPTIONS' && cors) return { status: 204, headers: [...preflight], body: '' };
    if (method !== 'GET' && method !== 'HEAD') return refusal(405, 'only GET is answered here', ['Allow', 'GET, HEAD']);
    if (hasBody) return refusal(413, 'a GET has no body here', ['Connection', 'close']);
    if (path === '/healthz') return textReply(200, 'ok');
    if (path === '/metrics' && options.metrics !== false)
      return textReply(200, metrics.text({ waiting: upstream.waiting(), kept: shelf.size() }));
    if (!route) return refusal(404, `no such path; there are /healthz, ${routes.map((one) => one.path).join(', ')}`);
    if (authorization === undefined && !(route.open && upstream.hasApp))
      return refusal(401, 'OAuth token is missing', ['WWW-Authenticate', 'Bearer']);
    const who = await whoIs(authorization, clock.now());
    if (!who) return refusal(401, 'the Authorization header is no bearer token', ['WWW-Authenticate', 'Bearer']);
    const query = readQuestion(route, target.slice(path.length + 1));
    if (typeof query === 'string') return refusal(400, query);
    return pass(visit, route, query, who);
  };

  const shared = (visit: Visit, reply: Reply): Reply => (cors ? withHeaders(reply, cors(visit)) : reply);

  return {
    rate,
    ready(visit) {
      const { method, target, authorization } = visit;
      if (method !== 'GET' || authorization === undefined || visit.hasBody) return undefined;
      const now = clock.now();
      const who = callers.get(authorization, now);
      const found = who && shelf.at(`${who.identity} ${target}`, now);
      if (!found) return undefined;
      const zip = gzip && acceptsGzip(visit.acceptEncoding);
      const path = pathOf(target);
      const route = byPath(path);
      if (!route || (zip && !found.zipped)) return undefined;
      sweep(now);
      return told(visit, route.name, path, shared(visit, hit(found, route, now, zip)), now);
    },
    async answer(visit) {
      const since = clock.now();
      sweep(since);
      const path = pathOf(visit.target);
      const route = byPath(path);
      const name = route?.name ?? (path === '/healthz' || path === '/metrics' ? path.slice(1) : 'other');
      const reply = await answer(visit, path, route).catch((error: unknown) => {
        if (!isTipstreamError(error))
          lines.warn(clock.now(), `a mistake of the proxy: ${connection.redactor.error(error).message}`);
        return failed(error);
      });
      return told(visit, name, path, shared(visit, reply), since);
    },
    close: connection.close,
  };
}
