import { describe, expect, it } from 'vitest';
import { measureProxy } from '../../../bench/proxy.ts';

describe.skipIf(process.platform !== 'linux')('a warm cache', () => {
  // By processor time: it is the same whatever else this machine does. `npm run bench:proxy` measures by the clock.
  it('answers for less than twice the cost of a bare Node server with the same bytes', async () => {
    const { cost, proxy } = await measureProxy({ rounds: 1, each: 2 });
    expect(proxy).toBeGreaterThan(0);
    expect(cost).toBeLessThan(2);
  }, 60_000);
});
