import { describe, expect, test } from 'vitest';
import { circuit } from '../../src/core/circuit.ts';
import { type ErrorCode, isTipstreamError, TipstreamError } from '../../src/core/errors.ts';
import { seconds } from '../../src/core/time.ts';
import { testClock } from '../support/clock.ts';
import { gate } from '../support/server.ts';

const setUp = () => {
  const clock = testClock();
  const breaker = circuit({ failures: 3, cooldown: seconds(30) }).open(clock);
  let sent = 0;
  const call = async (
    outcome: ErrorCode | 'ok' | Promise<unknown>,
    host = 'api.test',
    status?: number,
  ): Promise<string> => {
    try {
      await breaker.run(host, async () => {
        sent += 1;
        if (typeof outcome !== 'string') await outcome;
        else if (outcome !== 'ok') throw new TipstreamError({ code: outcome, message: 'x', status });
      });
      return 'ok';
    } catch (error) {
      if (!isTipstreamError(error)) return 'other';
      return error.code === 'CIRCUIT_OPEN' ? `open ${error.retryAfterMs}` : error.code;
    }
  };
  const fail = async (times: number, code: ErrorCode = 'UNAVAILABLE'): Promise<void> => {
    for (let time = 0; time < times; time += 1) await call(code, 'api.test', 503);
  };
  return { clock, call, fail, sent: () => sent };
};

describe('circuit', () => {
  test('core-22 after failures in a row a host is left alone, and the error says until when', async () => {
    const { clock, call, fail, sent } = setUp();
    await fail(3);
    await clock.advance(seconds(10));
    expect(await call('ok')).toBe('open 20000');
    expect(sent()).toBe(3);
    expect(await call('ok', 'other.test')).toBe('ok');
  });

  test('core-22 a call that tries and never comes back, as in a worker whose request was cancelled, keeps no host closed for ever', async () => {
    const { clock, call, fail } = setUp();
    await fail(3);
    await clock.advance(seconds(30));
    void call(new Promise(() => {}));
    await clock.advance(seconds(29));
    expect(await call('ok')).toBe('open 1000');
    await clock.advance(seconds(1));
    expect(await call('ok')).toBe('ok');
  });

  test('core-22 a clock that is set back leaves no host alone for longer', async () => {
    const clock = testClock();
    let back = 0;
    const breaker = circuit({ failures: 1 }).open({ ...clock, now: () => clock.now() - back });
    const refuse = () => Promise.reject(new TipstreamError({ code: 'NETWORK', message: 'x' }));
    await breaker.run('api.test', refuse).catch(() => {});
    await expect(breaker.run('api.test', async () => 'ok')).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    back = 3_600_000;
    expect(await breaker.run('api.test', async () => 'ok')).toBe('ok');
  });

  test('core-22 then exactly one call tries, and closes it or keeps it open', async () => {
    const { clock, call, fail, sent } = setUp();
    await fail(3);
    await clock.advance(seconds(30));
    const { opened, open } = gate();
    const probe = call(opened.then(() => Promise.reject(new TipstreamError({ code: 'TIMEOUT', message: 'x' }))));
    expect(await call('ok')).toBe('open 1000');
    open();
    expect(await probe).toBe('TIMEOUT');
    expect(await call('ok')).toBe('open 30000');
    await clock.advance(seconds(30));
    expect(await call('ok')).toBe('ok');
    expect(await call('ok')).toBe('ok');
    expect(sent()).toBe(6);
  });

  test('core-22 one success makes the failures before it forgotten, and closes it for everybody', async () => {
    const { clock, call, fail } = setUp();
    await fail(2);
    await call('ok');
    await fail(2);
    expect(await call('ok')).toBe('ok');
    await fail(3);
    await clock.advance(seconds(30));
    expect(await call('ok')).toBe('ok');
    expect(await Promise.all([call('ok'), call('ok')])).toEqual(['ok', 'ok']);
  });

  test('core-22 the error names the host and the time to come back', async () => {
    const clock = testClock(Date.UTC(2026, 0, 1, 20));
    const breaker = circuit({ failures: 1 }).open(clock);
    const down = () => Promise.reject(new TipstreamError({ code: 'NETWORK', message: 'x' }));
    await breaker.run('api.test', down).catch(() => {});
    await expect(breaker.run('api.test', down)).rejects.toThrow(
      'api.test failed 1 times in a row and is left alone until 2026-01-01T20:00:30.000Z',
    );
  });

  test('core-22 a 4xx never trips it: the host is there', async () => {
    const { call, fail } = setUp();
    for (let time = 0; time < 20; time += 1) await call('NOT_FOUND', 'api.test', 404);
    for (let time = 0; time < 20; time += 1) await call('RATE_LIMITED', 'api.test', 429);
    expect(await call('ok')).toBe('ok');
    await fail(2);
    await call('NOT_FOUND', 'api.test', 404);
    await fail(2);
    expect(await call('ok')).toBe('ok');
  });

  test('core-22 what the caller ended, or a defect, says nothing of the host', async () => {
    const { call, fail } = setUp();
    await fail(2);
    expect(await call('ABORTED')).toBe('ABORTED');
    expect(await call(Promise.reject(new Error('a defect')))).toBe('other');
    await fail(1);
    expect(await call('ok')).toMatch(/^open/);
  });

  test('core-22 a trying call that is aborted lets the next one try', async () => {
    const { clock, call, fail } = setUp();
    await fail(3);
    await clock.advance(seconds(30));
    expect(await call('ABORTED')).toBe('ABORTED');
    expect(await call('ok')).toBe('ok');
  });

  test('core-22 calls that were under way when it opened do not hold it open longer', async () => {
    const { clock, call, fail } = setUp();
    const { opened, open } = gate();
    const late = call(opened.then(() => Promise.reject(new TipstreamError({ code: 'NETWORK', message: 'x' }))));
    await fail(3);
    await clock.advance(seconds(20));
    open();
    await late;
    expect(await call('ok')).toBe('open 10000');
  });
});
