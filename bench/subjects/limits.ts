/** What a call pays for being counted. */
import { createLimiter, type RateClass } from '../../src/core/limiter.ts';
import { memoryCache } from '../../src/core/memory-cache.ts';
import { readRateLimit } from '../../src/core/rate-limit.ts';
import { systemClock } from '../../src/core/time.ts';
import { peer } from '../peers.ts';
import { compared, type Line, type Outcome } from '../report.ts';
import { type Contender, type Run, takeTurns } from '../turns.ts';
import { evenness } from './evenness.ts';

/** More than anybody asks: nobody ever waits. */
const generous: RateClass = { limit: 1e9, per: 1000, kind: 'bucket' };

const awaited =
  (acquire: () => unknown): Run =>
  async (count) => {
    for (let n = 0; n < count; n += 1) await acquire();
  };

export const contenders: Record<string, Contender> = {
  ours: {
    open() {
      const limiter = createLimiter();
      return awaited(async () => (await limiter.acquire('k', generous, { clock: systemClock })).release());
    },
  },
  whole: {
    open() {
      const limiter = createLimiter();
      const cache = memoryCache();
      cache.set('k', 1);
      const headers = new Headers({ 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '99' });
      return awaited(async () => {
        cache.get('k');
        const slot = await limiter.acquire('k', generous, { clock: systemClock });
        slot.release(readRateLimit(headers, 0));
      });
    },
  },
  bottleneck: {
    async open() {
      interface Bottleneck {
        default: new () => { schedule(run: () => Promise<unknown>): Promise<unknown> };
      }
      const { default: Limiter } = await peer<Bottleneck>('bottleneck');
      const limiter = new Limiter();
      return awaited(() => limiter.schedule(async () => {}));
    },
  },
  'p-throttle': {
    async open() {
      interface Throttle {
        default(options: object): (run: () => unknown) => () => Promise<unknown>;
      }
      const { default: throttle } = await peer<Throttle>('p-throttle');
      return awaited(throttle({ limit: 1e9, interval: 1000 })(() => {}));
    },
  },
  flexible: {
    async open() {
      interface Flexible {
        RateLimiterMemory: new (options: object) => { consume(key: string): Promise<unknown> };
      }
      const { RateLimiterMemory } = await peer<Flexible>('rate-limiter-flexible');
      const limiter = new RateLimiterMemory({ points: 1e9, duration: 1 });
      return awaited(() => limiter.consume('k'));
    },
  },
  'flexible queue': {
    async open() {
      interface Flexible {
        RateLimiterMemory: new (options: object) => object;
        RateLimiterQueue: new (limiter: object) => { removeTokens(count: number): Promise<unknown> };
      }
      const { RateLimiterMemory, RateLimiterQueue } = await peer<Flexible>('rate-limiter-flexible');
      const limiter = new RateLimiterQueue(new RateLimiterMemory({ points: 1e9, duration: 1 }));
      return awaited(() => limiter.removeTokens(1));
    },
  },
  limiter: {
    async open() {
      interface Limiter {
        RateLimiter: new (options: object) => { removeTokens(count: number): Promise<unknown> };
      }
      const { RateLimiter } = await peer<Limiter>('limiter');
      const limiter = new RateLimiter({ tokensPerInterval: 1e9, interval: 'second' });
      return awaited(() => limiter.removeTokens(1));
    },
  },
};

const lines: readonly Line[] = [
  {
    name: 'ours',
    what: 'tipstream, `createLimiter`',
    job: 'ours',
    note: 'first come, first served, by key; leaves on abort, learns from headers, is held back by a 429; who need not wait meets no timer and no queue',
  },
  {
    name: 'whole',
    what: 'that, the rate headers of an answer and a look into the cache',
    job: 'ours',
    note: 'all that a request pays for manners',
  },
  { name: 'bottleneck', what: 'bottleneck', job: 'same', note: 'but learns nothing from an answer' },
  {
    name: 'flexible queue',
    what: 'rate-limiter-flexible with its queue',
    job: 'same',
    note: 'but no abort, and learns nothing from an answer',
  },
  {
    name: 'flexible',
    what: 'rate-limiter-flexible',
    job: 'less',
    note: 'refuses instead of waiting, learns nothing from an answer',
  },
  {
    name: 'p-throttle',
    what: 'p-throttle',
    job: 'less',
    note: 'one function and one window, no keys, no burst, learns nothing from an answer',
  },
  { name: 'limiter', what: 'limiter', job: 'less', note: 'no order, no keys, no abort, learns nothing from an answer' },
];

export async function limits(): Promise<Outcome> {
  const even = evenness();
  const { tables, goals = [] } = await even;
  const turns = await takeTurns(import.meta.url, contenders);
  const about = { heading: 'Leave to call', text: 'One call after the other asks for leave, and has it at once.' };
  const { table, behind, cost } = compared(about, { base: 'ours' }, lines, turns);
  return {
    tables: [table, ...tables],
    behind,
    goals: [
      {
        what: 'limiter, rate headers and a look into the cache, a request',
        measured: cost('whole'),
        limit: 3,
        unit: 'us',
        done: 'no timer and no queue where nobody waits; the names of the headers are spelled out',
      },
      ...goals,
    ],
  };
}
