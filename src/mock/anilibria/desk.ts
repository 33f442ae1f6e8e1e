import { minutes } from '../../core/time.ts';
import { type Answer, json } from '../answer.ts';
import type { ServiceSetting, ServiceVisit } from '../service.ts';
import { badGateway, tooMany } from './failure.ts';
import { createLibrary, type LibraryTitle } from './library.ts';
import { createMetrics, type MockMetrics } from './metrics.ts';
import { type AnilibriaSwitches, openSwitches } from './switches.ts';
import { createTokens, type MockTokens } from './tokens.ts';

/** What every route works with. */
export interface Desk {
  readonly setting: ServiceSetting;
  readonly titles: LibraryTitle[];
  readonly switches: AnilibriaSwitches;
  readonly tokens: MockTokens;
  readonly metrics: MockMetrics;
  /** Answers for the next requests to a path that ends so. */
  readonly instead: { path: string; answer: Answer }[];
  /** What the service has in its own cache, by path and query, and until when. */
  readonly kept: Map<string, number>;
  title(id: number): LibraryTitle | undefined;
  /** An answer of version 2: counted, limited, in its envelope. */
  serve(visit: ServiceVisit, endpoint: string, make: (desk: Desk) => Answer | Served): Promise<Answer>;
}

/** What goes into an envelope. */
export interface Served {
  data: unknown;
  pagination?: unknown;
  /** Never from the service's own cache. */
  fresh?: boolean;
}

const limit = 100;

export function createDesk(setting: ServiceSetting): Desk {
  const { clock, random, strict, rateLimits } = setting;
  const titles = createLibrary(random);
  const metrics = createMetrics();
  const switches = openSwitches();
  const tokens = createTokens();
  const kept = new Map<string, number>();
  const instead: Desk['instead'] = [];
  let window = { from: Number.NEGATIVE_INFINITY, count: 0 };

  const isTooMany = (): boolean => {
    const now = clock.now();
    if (now - window.from >= minutes(1)) window = { from: now, count: 0 };
    window.count += 1;
    return window.count > limit;
  };
  const enveloped = ({ pathname, search }: URL, { data, pagination, fresh }: Served): Answer => {
    if (!switches.envelope) return json(200, data);
    const now = clock.now();
    const until = kept.get(pathname + search) ?? 0;
    const cached = !fresh && until > now;
    if (!fresh) metrics.cache('l1', cached);
    if (!cached && !fresh) kept.set(pathname + search, now + minutes(5));
    const cache_expires = new Date(cached ? until : now + minutes(5)).toISOString();
    return json(200, {
      success: true,
      data,
      ...(pagination !== undefined && { pagination }),
      meta: { source: 'anilibria', cached, cache_expires },
    });
  };

  const desk: Desk = {
    setting,
    titles,
    switches,
    tokens,
    metrics,
    instead,
    kept,
    title: (id) => titles.find((each) => each.id === id),
    async serve({ request, url }, endpoint, make) {
      const began = clock.now();
      const decide = (): Answer => {
        const index = instead.findIndex(({ path }) => url.pathname.endsWith(path));
        const [other] = index < 0 ? [] : instead.splice(index, 1);
        if (other) return other.answer;
        if (switches.down !== undefined) return badGateway(switches.down);
        if (rateLimits && isTooMany()) return tooMany(limit);
        const made = tokens.refusal(request, strict && endpoint !== '/health') ?? make(desk);
        return 'data' in made ? enveloped(url, made) : made;
      };
      const answer = decide();
      metrics.request(request.method, endpoint, answer.status, (clock.now() - began) / 1000);
      return { ...answer, headers: { ...answer.headers, ...switches.headers } };
    },
  };
  return desk;
}
