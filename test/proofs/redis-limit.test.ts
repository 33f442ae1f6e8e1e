import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isLeftOut } from '../support/engines.ts';
import { startRedis } from '../support/redis-server.ts';

const limit = 100;
const per = 60_000;
const processes = 4;
const runsFor = 126_000;

/** How many of these times lie from `from` on, in a window; they stand in their order. */
const within = (times: readonly number[], from: number): number =>
  times.filter((at) => at >= from && at < from + per).length;

describe.skipIf(isLeftOut('Redis'))('a limit over four processes', () => {
  test('never more than 100 calls arrive in any minute, and at least 95 while there is work', async () => {
    const arrivals: number[] = [];
    const upstream = createServer((_request, response) => {
      arrivals.push(performance.now());
      response.end('{}');
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      upstream.closeAllConnections();
      upstream.close();
    });
    const address = upstream.address();
    if (typeof address !== 'object' || !address) throw new Error('it listens');
    const redis = await startRedis();
    onTestFinished(redis.close);
    const children: ChildProcess[] = Array.from({ length: processes }, () =>
      spawn(
        process.execPath,
        [
          '--conditions=tipstream-source',
          new URL('redis-limit-child.ts', import.meta.url).pathname,
          `${redis.port}`,
          `http://127.0.0.1:${address.port}/`,
          `${limit}`,
          `${per}`,
          '50',
        ],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      ),
    );
    onTestFinished(() => {
      for (const child of children) child.kill('SIGKILL');
    });
    while (arrivals.length === 0) await pause(10);
    await pause(runsFor);
    const busiest = Math.max(...arrivals.map((from) => within(arrivals, from)));
    const minutes = [0, 1].map((minute) => within(arrivals, (arrivals[0] ?? 0) + minute * per));
    console.log(
      `arrivals: ${arrivals.length} in ${runsFor / 1000} s; minutes ${minutes.join(', ')}; the busiest of any ${busiest}`,
    );
    expect(busiest).toBeLessThanOrEqual(limit);
    expect(Math.min(...minutes)).toBeGreaterThanOrEqual(95);
    // The third window has begun.
    expect(arrivals.length).toBeGreaterThanOrEqual(2 * limit + 95);
  });
});
