import { createLimiter, type RateClass } from '../../core/limiter.ts';
import { minutes, seconds } from '../../core/time.ts';
import { twitch } from '../../twitch/endpoints.ts';
import type { Answer } from '../answer.ts';
import type { ServiceRoute, ServiceVisit } from '../service.ts';
import type { Desk } from './desk.ts';
import { refusal } from './refusal.ts';

/** What a test can see of the mock's proxy. */
export interface ProxyControls {
  /** What it logged. */
  readonly lines: readonly string[];
  /** How many answers it keeps. */
  readonly kept: number;
}

/** A route of the proxy: where it leads, what it must be given, what it passes on, and for how long answers are kept. */
interface Lead {
  path: string;
  helix: string;
  needs: readonly string[];
  passes: readonly string[];
  ttl: number;
}

const { users, chatters, moderatedChannels } = twitch.endpoints;
const leads: readonly Lead[] = [
  { path: '/users', helix: users.path, needs: [], passes: ['id', 'login'], ttl: minutes(5) },
  {
    path: '/chatters',
    helix: chatters.path,
    needs: ['broadcaster_id', 'moderator_id'],
    passes: ['broadcaster_id', 'moderator_id', 'first', 'after'],
    ttl: 0,
  },
  // It knows no `first` and no `after`: who moderates more than 20 channels sees 20.
  {
    path: '/moderated-channels',
    helix: moderatedChannels.path,
    needs: ['user_id'],
    passes: ['user_id'],
    ttl: minutes(1),
  },
];

const rate: RateClass = { kind: 'bucket', limit: 10, per: seconds(1), burst: 20 };
const text = (status: number, body: string): Answer => ({ status, headers: { 'content-type': 'text/plain' }, body });

/** The proxy as its document describes it, with its shared cache: an answer is kept by its whole address, whoever asked. */
export function proxyRoutes(
  { state, switches }: Desk,
  helix: readonly ServiceRoute[],
): {
  routes: ServiceRoute[];
  controls: ProxyControls;
} {
  const { clock } = state;
  const limiter = createLimiter({ clock });
  const kept = new Map<string, { answer: Answer; until: number }>();
  const lines: string[] = [];
  let swept = clock.now();

  const log = (line: string): void => {
    const at = new Date(clock.now()).toISOString();
    lines.push(`${at.slice(0, 10).replaceAll('-', '/')} ${at.slice(11, 19)} ${line}`);
  };
  const sweep = (): void => {
    if (clock.now() - swept < minutes(5)) return;
    swept = clock.now();
    for (const [key, { until }] of kept) if (until <= swept) kept.delete(key);
  };
  const ask = async ({ helix: to, passes }: Lead, visit: ServiceVisit, authorization: string): Promise<Answer> => {
    const url = new URL(visit.url);
    for (const name of new Set(url.searchParams.keys())) if (!passes.includes(name)) url.searchParams.delete(name);
    const headers = { authorization, 'client-id': state.clientId };
    const request = new Request(visit.request.url, { headers });
    const route = helix.find(({ path }) => path.endsWith(to));
    const answer = (await route?.answer({ ...visit, request, url })) ?? refusal(404, 'nothing here');
    if (answer.status < 300) return { ...answer, headers: { 'content-type': 'application/json' } };
    const [, error = ''] = /"error":"([^"]*)"/.exec(answer.body) ?? [];
    log(`twitch API error: ${answer.status} ${error} - ${answer.body}`);
    return text(answer.status, `twitch API error: ${answer.status} ${error}\n`);
  };
  const serve = async (lead: Lead, visit: ServiceVisit): Promise<Answer> => {
    const { url, request } = visit;
    const authorization = request.headers.get('authorization');
    if (!authorization) return refusal(401, 'missing Authorization header');
    const [missing] = lead.needs.filter((name) => !url.searchParams.get(name));
    if (missing !== undefined) return refusal(400, `missing required parameter ${missing}`);
    if (['id', 'login'].some((name) => url.searchParams.getAll(name).length > 100))
      return refusal(400, 'at most 100 ids and 100 logins');
    if (switches.limiterFails) return text(500, 'rate limit context error\n');
    sweep();
    const key = url.pathname + url.search;
    const known = kept.get(key);
    if (lead.ttl && known && clock.now() < known.until) {
      log(`cache HIT ${key}`);
      return { ...known.answer, headers: { ...known.answer.headers, 'x-cache': 'HIT' } };
    }
    // It lets a request wait, and refuses none.
    await limiter.acquire('proxy', rate, { clock, signal: request.signal });
    const answer = await ask(lead, visit, authorization);
    if (!lead.ttl || answer.status >= 300) return answer;
    log(`cache MISS ${key}`);
    kept.set(key, { answer, until: clock.now() + lead.ttl });
    return { ...answer, headers: { ...answer.headers, 'x-cache': 'MISS' } };
  };

  const routes = leads.map(
    (lead): ServiceRoute => ({
      method: 'GET',
      path: lead.path,
      async answer(visit) {
        const began = clock.now();
        const answer = await serve(lead, visit);
        log(`GET ${lead.path} from 127.0.0.1:0 in ${clock.now() - began}ms`);
        return answer;
      },
    }),
  );
  return {
    routes: [{ method: 'GET', path: '/healthz', answer: () => text(200, 'ok') }, ...routes],
    controls: {
      lines,
      get kept() {
        return kept.size;
      },
    },
  };
}
