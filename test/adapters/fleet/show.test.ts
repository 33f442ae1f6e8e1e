import { describe, expect, it } from 'vitest';
import { createReporter, readReport, restAfter } from '../../../src/adapters/fleet/report.ts';
import { type Entry, toStatus } from '../../../src/adapters/fleet/status.ts';
import { showFleet } from '../../../src/adapters/fleet.ts';
import { testClock } from '../../support/clock.ts';

const at = 1_800_000_000_000;
const live = { state: 'live', since: at - 1000 };
const entry = (id: string, more: Partial<Entry> = {}): Entry => ({
  id,
  platform: 'chaturbate',
  state: 'active',
  worker: 'b-1',
  since: at - 600_000,
  progress: live,
  ...more,
});

describe('the status of a fleet', () => {
  it('counts for each worker its channels and those that are silent, also for one that has none', () => {
    const waiting = { state: 'waiting', since: at - 5000, reason: 'chaturbate events: 503' };
    const { workers, channels, silent } = toStatus(
      'fleet',
      at,
      [entry('ann'), entry('ben', { progress: waiting }), entry('cid', { worker: 'a-1' })],
      ['c-1', 'a-1'],
    );
    expect(channels).toBe(3);
    expect(workers).toEqual([
      { name: 'a-1', channels: 1, silent: 0 },
      { name: 'b-1', channels: 2, silent: 1 },
      { name: 'c-1', channels: 0, silent: 0 },
    ]);
    expect(silent).toEqual([{ id: 'ben', platform: 'chaturbate', worker: 'b-1', ...waiting }]);
  });

  it('says what a silent channel waits for, longest first', () => {
    const resting = { state: 'resting', since: at - 90_000, reason: 'the token was refused', failures: 2 };
    const { silent } = toStatus(
      'fleet',
      at,
      [
        entry('free', { state: 'wait', worker: undefined }),
        entry('rests', { state: 'delayed', progress: resting }),
        entry('late', { state: 'delayed' }),
        entry('opens', { progress: 0, since: at - 10 }),
        // What the worker before this one said is no longer true.
        entry('taken', { progress: { state: 'waiting', since: at - 100_000 }, since: at - 20 }),
      ],
      [],
    );
    expect(silent.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'free free',
      'late free',
      'rests resting',
      'taken opening',
      'opens opening',
    ]);
  });

  it('is shown in columns, with the ten longest silences by name', () => {
    const entries = Array.from({ length: 12 }, (_, n) =>
      entry(`room-${n}`, { progress: { state: 'waiting', since: at - 1000 * (200 - n), reason: 'no answer' } }),
    );
    const relay = {
      length: 40,
      ids: 41,
      groups: [{ name: 'ledger', consumers: 2, pending: 3, lag: 17, trimmed: 0 }],
    };
    const text = showFleet({ ...toStatus('studio', at, entries, ['b-1', 'machine-22']), relay });
    expect(text.split('\n')).toEqual([
      'studio: 12 channels, 2 workers, 12 silent',
      '',
      'worker      channels  silent',
      'b-1               12      12',
      'machine-22         0       0',
      '',
      'silent',
      '  room-0  waiting for 3 min at b-1: no answer',
      ...Array.from({ length: 9 }, (_, n) => `  room-${n + 1}  waiting for 3 min at b-1: no answer`),
      '  and 2 more',
      '',
      'relay: 40 tips, 41 ids remembered',
      '',
      'group   consumers  pending  lag',
      'ledger          2        3   17',
      '',
    ]);
  });

  it('lets no foreign text move the cursor of the terminal', () => {
    const reason = 'it said \u001b[2J\u0007 and \u202e more\nlines';
    const text = showFleet(
      toStatus('fleet', at, [entry('a\u001b[1m', { progress: { state: 'waiting', since: at, reason } })], []),
    );
    expect(text.split('\n')).toHaveLength(8);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });

  it('reads no report that is none', () => {
    for (const value of [undefined, null, 0, 'live', {}, { state: 'live' }, { state: 1, since: 2 }, { removed: true }])
      expect(readReport(value)).toBeUndefined();
    expect(readReport({ state: 'waiting', since: 5, reason: 'x'.repeat(1000) })?.reason).toHaveLength(300);
  });
});

describe('a reporter', () => {
  it('writes what changed, and of changes in quick succession the last one', async () => {
    const clock = testClock();
    const written: string[] = [];
    const reporter = createReporter(readReport({ state: 'live', since: 0 }), clock, async ({ state }) =>
      written.push(state),
    );
    reporter.tell({ state: 'live', since: 1 });
    expect(written).toEqual([]);
    reporter.tell({ state: 'waiting', since: 2 });
    reporter.tell({ state: 'live', since: 3 });
    reporter.tell({ state: 'behind', since: 4 });
    expect(written).toEqual(['waiting']);
    await clock.advance(5000);
    expect(written).toEqual(['waiting', 'behind']);
    reporter.tell({ state: 'live', since: 5 });
    reporter.end();
    await clock.advance(60_000);
    expect(written).toEqual(['waiting', 'behind']);
  });

  it('lets a channel rest the longer the more often its stream ended, a quarter of an hour at most', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 100].map((n) => restAfter(n) / 1000)).toEqual([
      10, 30, 60, 120, 240, 480, 900, 900, 900,
    ]);
    expect(restAfter(Number.POSITIVE_INFINITY)).toBe(900_000);
  });
});
