import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstShare, nextShare, type Share } from '../../../src/adapters/fleet/share.ts';

interface Worker {
  held: number;
  share: Share;
  most: number;
}

const sum = (workers: readonly Worker[]): number => workers.reduce((all, { held }) => all + held, 0);

/** Every worker looks once; before the next one looks, everybody takes what lies there. `ghosts` are counted and take nothing. */
function round(workers: Worker[], channels: number, ghosts = 0): void {
  for (const worker of workers) {
    worker.share = nextShare(worker.share, {
      channels,
      free: channels - sum(workers),
      workers: workers.length + ghosts,
      held: worker.held,
      most: worker.most,
    });
    worker.held -= worker.share.surplus;
    for (const each of workers)
      each.held += Math.max(0, Math.min(each.share.limit - each.held, channels - sum(workers)));
  }
}

const crew = (count: number, most = Number.POSITIVE_INFINITY): Worker[] =>
  Array.from({ length: count }, () => ({ held: 0, share: firstShare, most }));

describe('the share of a worker', () => {
  it('is everything for the only worker', () => {
    const workers = crew(1);
    round(workers, 1000);
    round(workers, 1000);
    expect(workers[0]?.held).toBe(1000);
  });

  it('goes over to a worker that joins, and nobody gives back more than the even share leaves', () => {
    const workers = crew(4);
    for (let n = 0; n < 3; n += 1) round(workers, 1000);
    workers.push(...crew(1));
    for (let n = 0; n < 3; n += 1) round(workers, 1000);
    for (const { held } of workers) expect(held).toBeGreaterThanOrEqual(100);
    expect(Math.max(...workers.map(({ held }) => held))).toBeLessThanOrEqual(220);
  });

  it('never leaves a channel lying, whoever is there, also beside a worker that is counted and takes nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 5000 }),
        (count, ghosts, channels) => {
          const workers = crew(count);
          for (let n = 0; n < 40; n += 1) round(workers, channels, ghosts);
          expect(sum(workers)).toBe(channels);
        },
      ),
    );
  });

  it('comes to rest: who is there and has its share gives nothing back, with a ghost as without', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 0, max: 3000 }),
        (count, ghosts, channels) => {
          const workers = crew(count);
          for (let n = 0; n < 40; n += 1) round(workers, channels, ghosts);
          const held = workers.map((worker) => worker.held);
          for (let n = 0; n < 5; n += 1) round(workers, channels, ghosts);
          expect(workers.map((worker) => worker.held)).toEqual(held);
        },
      ),
    );
  });

  it('goes back to a worker that was silent for long, once it takes channels again', () => {
    const workers = crew(2);
    for (let n = 0; n < 10; n += 1) round(workers, 100, 1);
    expect(sum(workers)).toBe(100);
    workers.push(...crew(1));
    for (let n = 0; n < 120; n += 1) round(workers, 100);
    expect(Math.min(...workers.map(({ held }) => held))).toBeGreaterThanOrEqual(20);
  });

  it('is never more than a worker may have', () => {
    const workers = crew(3, 50);
    for (let n = 0; n < 20; n += 1) round(workers, 1000);
    expect(workers.map(({ held }) => held)).toEqual([50, 50, 50]);
    // And does not look all the time whether it may.
    expect(workers.map(({ share }) => share.full)).toEqual([false, false, false]);
  });
});
