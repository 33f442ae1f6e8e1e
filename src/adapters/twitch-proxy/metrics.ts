/** Counts what the proxy does. */
export interface Metrics {
  /** A request was answered. */
  answered(route: string, status: number, seconds: number): void;
  /** The cache was looked into. */
  looked(route: string, hit: boolean): void;
  /** Twitch answered, or did not: then `status` is the code of the error. */
  asked(status: number | string): void;
  /** A call is tried again. */
  retried(): void;
  /** Everything, as Prometheus reads it. */
  text(now: { waiting: number; kept: number }): string;
}

/** Seconds. A hit takes less than the first, a request that waits for its turn up to the last. */
const buckets: readonly number[] = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface Series {
  labels: string;
  count: number;
}

interface Times {
  counts: number[];
  sum: number;
}

const prefix = 'twitch_proxy_';

/** Makes the counters of one proxy. Labels hold names of routes and statuses: no id and no token. */
export function createMetrics(): Metrics {
  const requests = new Map<string, Map<number, Series>>();
  const times = new Map<string, Times>();
  const looks = new Map<string, { hits: number; misses: number }>();
  const upstream = new Map<string, number>();
  let retries = 0;

  const of = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
    const found = map.get(key) ?? make();
    map.set(key, found);
    return found;
  };

  function* lines({ waiting, kept }: { waiting: number; kept: number }): Generator<string> {
    yield* head('requests_total', 'counter', 'Requests that were answered.');
    for (const statuses of requests.values())
      for (const { labels, count } of statuses.values()) yield `${prefix}requests_total{${labels}} ${count}`;
    const name = `${prefix}request_duration_seconds`;
    yield* head(
      'request_duration_seconds',
      'histogram',
      'From the request to its answer, the wait for a turn included.',
    );
    for (const [route, { counts, sum }] of times) {
      let below = 0;
      for (const [index, count] of counts.entries()) {
        below += count;
        yield `${name}_bucket{route="${route}",le="${buckets[index] ?? '+Inf'}"} ${below}`;
      }
      yield `${name}_sum{route="${route}"} ${Number(sum.toFixed(6))}`;
      yield `${name}_count{route="${route}"} ${below}`;
    }
    yield* head('cache_requests_total', 'counter', 'Look-ups in the cache.');
    for (const [route, { hits, misses }] of looks) {
      yield `${prefix}cache_requests_total{route="${route}",result="hit"} ${hits}`;
      yield `${prefix}cache_requests_total{route="${route}",result="miss"} ${misses}`;
    }
    yield* head('cache_hit_ratio', 'gauge', 'The share of look-ups that found something, since the start.');
    for (const [route, { hits, misses }] of looks)
      yield `${prefix}cache_hit_ratio{route="${route}"} ${Number((hits / (hits + misses)).toFixed(4))}`;
    yield* head('cache_entries', 'gauge', 'Entries in the memory of this process.');
    yield `${prefix}cache_entries ${kept}`;
    yield* head('upstream_requests_total', 'counter', 'Requests to Twitch, by status or by the code of the failure.');
    for (const [status, count] of upstream) yield `${prefix}upstream_requests_total{status="${status}"} ${count}`;
    yield* head('upstream_retries_total', 'counter', 'Requests to Twitch that were tried again.');
    yield `${prefix}upstream_retries_total ${retries}`;
    yield* head('waiting_requests', 'gauge', 'Requests that wait for their turn at the rate limit.');
    yield `${prefix}waiting_requests ${waiting}`;
  }

  return {
    answered(route, status, seconds) {
      const statuses = of(requests, route, () => new Map<number, Series>());
      of(statuses, status, () => ({ labels: `route="${route}",status="${status}"`, count: 0 })).count += 1;
      const time = of(times, route, () => ({ counts: Array.from({ length: buckets.length + 1 }, () => 0), sum: 0 }));
      let index = 0;
      while (index < buckets.length && seconds > (buckets[index] ?? 0)) index += 1;
      time.counts[index] = (time.counts[index] ?? 0) + 1;
      time.sum += seconds;
    },
    looked(route, hit) {
      const look = of(looks, route, () => ({ hits: 0, misses: 0 }));
      if (hit) look.hits += 1;
      else look.misses += 1;
    },
    asked: (status) => void upstream.set(String(status), (upstream.get(String(status)) ?? 0) + 1),
    retried() {
      retries += 1;
    },
    text: (now) => `${[...lines(now)].join('\n')}\n`,
  };
}

function* head(name: string, type: string, help: string): Generator<string> {
  yield `# HELP ${prefix}${name} ${help}`;
  yield `# TYPE ${prefix}${name} ${type}`;
}
