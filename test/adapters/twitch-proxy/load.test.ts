import { describe, expect, it } from 'vitest';
import { measureProxy } from '../../../bench/proxy.ts';

describe.skipIf(process.platform !== 'linux')('a warm cache', () => {
  // By processor time, which other work on this machine can only add to. `npm run bench:proxy` measures by the clock.
  it('answers for less than twice the cost of a bare Node server with the same bytes', {
    retry: 2,
    timeout: 60_000,
  }, async () => {
    const { cost, proxy } = await measureProxy({ rounds: 4, each: 1 });
    expect(proxy).toBeGreaterThan(0);
    expect(cost).toBeLessThan(2);
  });
});
