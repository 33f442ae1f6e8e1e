import { describe, expect, it } from 'vitest';
import { createSource } from '../../src/stream/source.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { parseFrame } from '../../src/tiktok/gifts/frames.ts';
import { giftTips } from '../../src/tiktok/gifts/gift-tips.ts';
import { settle, testClock } from '../support/clock.ts';
import { until } from '../support/polled.ts';
import { connectorGift } from './frames.ts';
import { room } from './room.ts';

const frame = (count: number, end: boolean, more: object = {}): object => ({
  ...connectorGift,
  gift: undefined,
  createTime: undefined,
  timestamp: undefined,
  repeatCount: count,
  repeatEnd: end,
  msgId: `${count}${end}`,
  ...more,
});

const bench = (options: Parameters<typeof giftTips>[1] = {}) => {
  const clock = testClock(1_767_297_600_000);
  const source = createSource<unknown>({ platform: 'relay', clock });
  const stream = giftTips(source.stream, options);
  const tips: TipEvent[] = [];
  const invalid: unknown[] = [];
  stream.on('invalid', (it) => invalid.push(it));
  stream.subscribe((tip) => void tips.push(tip));
  const push = (...frames: unknown[]): void => {
    for (const each of frames) void source.push(each);
  };
  return { clock, source, stream, tips, invalid, push, amounts: () => tips.map(({ amount }) => amount) };
};

describe('review gifts', () => {
  it('the id of a gift is the same as number and as text', () => {
    const { push, amounts } = bench();
    push(frame(2, false, { giftId: '5953' }), frame(3, true, { giftId: 5953 }), frame(3, true, { giftId: '5953' }));
    expect(amounts()).toEqual([75]);
  });
  it('an amount that is no number is invalid', () => {
    const { push, amounts, invalid } = bench();
    push(
      frame(1, true, { diamondCount: 1e308, repeatCount: 1e308, giftType: 2, msgId: 'a' }),
      frame(1, true, { diamondCount: 9e15, repeatCount: 9e15, giftType: 2, msgId: 'b' }),
    );
    expect(amounts()).toEqual([]);
    expect(invalid).toHaveLength(2);
  });
  it('a time of 0 is none', () => {
    const { push, tips } = bench();
    push(
      frame(1, true, { createTime: '0' }),
      frame(1, true, { groupId: '5', createTime: 0, timestamp: 1_767_297_500_000 }),
    );
    expect(tips.map(({ timestamp }) => timestamp)).toEqual([1_767_297_600, 1_767_297_500]);
  });
  it('a time in the far future swallows no later streak', async () => {
    const { push, amounts, clock } = bench();
    const loose = (count: number, end: boolean, more: object = {}): object =>
      frame(count, end, { groupId: undefined, msgId: undefined, ...more });
    push(loose(5, true, { createTime: '99999999999999999' }));
    await clock.advance(60_000);
    push(loose(1, false, { createTime: String(clock.now()) }), loose(2, true, { createTime: String(clock.now()) }));
    expect(amounts()).toEqual([125, 50]);
  });
  it('a name behind an anonymous gift is in no id', () => {
    const { push, tips } = bench();
    push(frame(1, true, { isAnonymous: true }));
    expect(JSON.stringify(tips[0])).not.toContain('6813181309701719999');
    expect(JSON.stringify(tips[0])).not.toContain('grace');
  });
  it('giant frame', () => {
    const text = JSON.stringify({
      event: 'gift',
      data: { note: 'a'.repeat(9_000_000), diamondCount: 1, giftName: 'Rose', msgId: '7' },
    });
    const began = performance.now();
    expect(typeof parseFrame(text)).toBe('object');
    const esc = `{"note":"${'\\n'.repeat(6_000_000)}","diamondCount":1}`;
    expect(typeof parseFrame(esc)).toBe('object');
    expect(performance.now() - began).toBeLessThan(2000);
  });
  it('hostile frame: unterminated quotes take no quadratic time', () => {
    for (const text of [
      '"'.repeat(200_001),
      `${'\\"'.repeat(200_000)}`,
      '1'.repeat(400_000),
      '"\\'.repeat(100_000),
      '-'.repeat(300_000),
    ]) {
      const began = performance.now();
      parseFrame(text);
      expect(performance.now() - began, text.slice(0, 4)).toBeLessThan(1000);
    }
  });
  it('prototype', () => {
    const { push, tips } = bench();
    push(
      '{"type":"gift","data":{"__proto__":{"polluted":1},"diamondCount":1,"giftName":"R","msgId":"77","user":{"__proto__":{"x":1},"uniqueId":"__proto__"}}}',
    );
    expect(tips).toHaveLength(1);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('review session', () => {
  it('TT-19 TT-29 autoConnect knocks once a minute however long nobody is live', async () => {
    const { clock, service, session, tiktok, asked } = await room();
    await tiktok.live.connect({ sessionId: session, username: 'mira' });
    const states: string[] = [];
    const errors: string[] = [];
    const comments = tiktok.comments(session, { autoConnect: true });
    comments.on('status', ({ state }) => states.push(state));
    comments.on('error', ({ code }) => errors.push(code));
    comments.subscribe(() => {});
    await until(() => states.includes('live'));
    service.hears(session, false);
    service.state.offline.add('mira');
    const before = asked('/connect');
    for (let beat = 0; beat < 24; beat += 1) {
      await clock.advance(30_000);
      await settle(20);
      await until(async () => (await comments.ping().catch(() => 0)) >= 0);
    }
    expect(states).toContain('unsubscribed');
    console.log('connects', asked('/connect') - before, states.length, errors);
    expect(asked('/connect') - before).toBeLessThanOrEqual(11);
  });
  it.each(['..', '.', '../../x', 'a/b?c#d', '%2e%2e'])('sessionId %s stays in its path', async (id) => {
    const { server, tiktok } = await room();
    let refused = false;
    try {
      tiktok.comments(id).subscribe(() => {});
      await settle(30);
      await until(() => server.requests.length > 0);
    } catch {
      refused = true;
    }
    if (!refused) expect(server.requests[0]?.path).toMatch(/^\/tiktok\/ws\/comments\/[^/?]+\?/);
  });
  it('TT-3 both credentials go with the profile of somebody called healthcheck', async () => {
    const seen: [string | null, string | null][] = [];
    const { tiktok } = await room({
      token: 'not-a-secret-token',
      fetch: async (request, init) => {
        seen.push([request.headers.get('x-api-key') && 'key', request.headers.get('authorization') && 'token']);
        return fetch(request, init);
      },
    });
    await tiktok.profile.get({ username: 'healthcheck' }).catch(() => {});
    expect(seen[0]).toEqual(['key', 'token']);
  });
  it('close ends connectWhenLive at once', async () => {
    const { service, tiktok } = await room();
    service.state.offline.add('mira');
    let ended: unknown;
    void tiktok.live.connectWhenLive({ username: 'mira' }).catch((error) => {
      ended = error.code;
    });
    await settle(50);
    await tiktok.close();
    await settle(50);
    expect(ended).toBe('ABORTED');
  });
  it('every that is no time is CONFIG', async () => {
    const { service, tiktok } = await room();
    service.state.offline.add('mira');
    for (const every of [Number.NaN, -1, 0, '5' as never])
      await expect(
        tiktok.live.connectWhenLive({ username: 'mira' }, { every, signal: AbortSignal.timeout(500) }),
      ).rejects.toMatchObject({ code: 'CONFIG' });
  });
});
