/** How much of an allowance is used: 200 calls at once, 10 a second, 20 at first, for five seconds. 70 is the ideal. */
import { createLimiter, type RateClass } from '../../src/core/limiter.ts';
import { systemClock } from '../../src/core/time.ts';
import { peer } from '../peers.ts';
import type { Outcome } from '../report.ts';

const calls = 200;
const window = 5000;

/** What was let through in the window, and whether in order. */
async function letThrough(ask: () => Promise<unknown>): Promise<{ passed: number; order: boolean }> {
  const through: number[] = [];
  const began = performance.now();
  for (let n = 0; n < calls; n += 1)
    ask().then(
      () => {
        // A timer may be a moment early or late.
        if (performance.now() - began <= window + 5) through.push(n);
      },
      () => {},
    );
  await new Promise((resolve) => setTimeout(resolve, window + 50));
  return { passed: through.length, order: through.every((n, index) => n === index) };
}

interface Peers {
  Bottleneck: {
    default: new (options: object) => { schedule(run: () => Promise<unknown>): Promise<unknown>; stop(): void };
  };
  Throttle: { default(options: object): (run: () => unknown) => () => Promise<unknown> };
  Limiter: { TokenBucket: new (options: object) => { content: number; removeTokens(count: number): Promise<unknown> } };
  Flexible: {
    RateLimiterMemory: new (options: object) => object;
    RateLimiterQueue: new (limiter: object) => { removeTokens(count: number): Promise<unknown> };
  };
}

/** They run at the same time, each with its own timers; nothing else runs. */
export async function evenness(): Promise<Outcome> {
  const { default: Bottleneck } = await peer<Peers['Bottleneck']>('bottleneck');
  const { default: throttle } = await peer<Peers['Throttle']>('p-throttle');
  const { TokenBucket } = await peer<Peers['Limiter']>('limiter');
  const { RateLimiterMemory, RateLimiterQueue } = await peer<Peers['Flexible']>('rate-limiter-flexible');
  const ours = createLimiter();
  const bucket: RateClass = { limit: 10, per: 1000, kind: 'bucket', burst: 20 };
  const reservoir = new Bottleneck({
    reservoir: 20,
    reservoirIncreaseAmount: 10,
    reservoirIncreaseInterval: 1000,
    reservoirIncreaseMaximum: 20,
  });
  const tokens = new TokenBucket({ bucketSize: 20, tokensPerInterval: 10, interval: 'second' });
  tokens.content = 20;
  const queue = new RateLimiterQueue(new RateLimiterMemory({ points: 10, duration: 1 }));
  const controller = new AbortController();
  const named: [what: string, ask: () => Promise<unknown>, note: string][] = [
    [
      '**tipstream, `createLimiter`**',
      async () => (await ours.acquire('k', bucket, { clock: systemClock, signal: controller.signal })).release(),
      'a bucket kept as one number, and a timer only where somebody waits',
    ],
    ['limiter, its bucket', () => tokens.removeTokens(1), ''],
    ['bottleneck', () => reservoir.schedule(async () => {}), 'refills once in a second'],
    ['rate-limiter-flexible with its queue', () => queue.removeTokens(1), 'has no burst'],
    ['p-throttle', throttle({ limit: 10, interval: 1000 })(() => {}), 'has no burst'],
  ];
  const results = await Promise.all(named.map(([, ask]) => letThrough(ask)));
  controller.abort();
  reservoir.stop();
  return {
    tables: [
      {
        heading: 'How much of an allowance is used',
        text: '200 calls at once, of which 20 may go at first and then 10 in a second; after five seconds 70 would be ideal, and nobody may be let through beyond that.',
        head: ['', 'let through', 'in their order', ''],
        rows: named.map(([what, , note], index) => [
          what,
          String(results[index]?.passed),
          results[index]?.order ? 'yes' : 'no',
          note,
        ]),
      },
    ],
    goals: [
      {
        what: 'calls of 70 that a bucket of 10 in a second, 20 at first, lets through in five seconds',
        measured: results[0]?.passed ?? 0,
        limit: 69,
        atLeast: true,
        done: 'the next turn is computed, not awaited by a beat; in order, and nothing beyond the allowance',
      },
    ],
  };
}
