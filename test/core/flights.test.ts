import { describe, expect, it } from 'vitest';
import { type Call, errorOf, fail, openCall } from '../../src/core/call.ts';
import { createFlights } from '../../src/core/flights.ts';
import { settle, testClock } from '../support/clock.ts';

const clock = testClock();
const where = { platform: 'demo', endpoint: 'plain', method: 'GET' as const };
const call = (): Call => openCall(clock, { where, since: clock.now(), progress: { attempts: 0, sent: 'no' } });
const leave = (one: Call): void => fail(one, errorOf(one, 'ABORTED', 'it leaves'));

/** Work whose end is in the test's hand. */
function work() {
  const started: { finish(word: string): void; abandoned: boolean }[] = [];
  const flights = createFlights<string>();
  const join = (one: Call, key = 'same'): Promise<string> => {
    const result = flights.join(key, one, (abandoned) => {
      const mine = { finish: (_word: string): void => {}, abandoned: false };
      started.push(mine);
      abandoned(() => {
        mine.abandoned = true;
      });
      return new Promise((resolve) => {
        mine.finish = resolve;
      });
    });
    result.catch(() => {});
    return result;
  };
  return { started, join };
}

describe('equal work', () => {
  it('core-14 is done once for everybody who wants it, and anew for whoever comes after its end', async () => {
    const { started, join } = work();
    const both = Promise.all([join(call()), join(call())]);
    await settle();
    expect(started).toHaveLength(1);
    started[0]?.finish('done');
    expect(await both).toEqual(['done', 'done']);
    void join(call());
    expect(started).toHaveLength(2);
    void join(call(), 'other');
    expect(started).toHaveLength(3);
  });

  it('core-14 goes on while anybody waits, and is abandoned with the last', async () => {
    const { started, join } = work();
    const [one, other] = [call(), call()];
    const first = join(one);
    void join(other);
    leave(one);
    await expect(first).rejects.toMatchObject({ code: 'ABORTED' });
    expect(started[0]?.abandoned).toBe(false);
    leave(other);
    await settle();
    expect(started[0]?.abandoned).toBe(true);
  });

  it('core-14 that was abandoned is joined by nobody, and its late end takes away nothing newer', async () => {
    const { started, join } = work();
    const gone = call();
    void join(gone);
    leave(gone);
    await settle();
    const next = join(call());
    expect(started).toHaveLength(2);
    started[0]?.finish('old');
    await settle();
    const third = join(call());
    expect(started).toHaveLength(2);
    started[1]?.finish('new');
    expect(await Promise.all([next, third])).toEqual(['new', 'new']);
  });

  it('core-14 that has ended is not abandoned by whoever hears of it last', async () => {
    const { started, join } = work();
    const one = call();
    const result = join(one);
    started[0]?.finish('done');
    await result;
    await settle();
    expect(started[0]?.abandoned).toBe(false);
  });
});
