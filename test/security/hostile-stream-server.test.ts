import { describe, expect, it, onTestFinished } from 'vitest';
import { fromUrl, type TipEvent } from '../../src/index.ts';
import { check } from '../../src/stream/serve-address.ts';
import { createSseReader } from '../../src/stream/serve-sse.ts';
import { startServer } from '../support/server.ts';
import { outcome, timed } from './support.ts';

const nothing = { message() {}, id() {}, retry() {} };

describe('a server of tips that means harm', () => {
  it('that sends a line byte by byte costs the time of its length', () => {
    const feed = createSseReader(nothing);
    feed('data: ');
    expect(
      timed(() => {
        for (let byte = 0; byte < 500_000; byte += 1) feed('a');
      }),
    ).toBeLessThan(1500);
  });

  it('that never ends a message is left', () => {
    const feed = createSseReader(nothing);
    expect(
      outcome(() => {
        for (let piece = 0; piece < 2000; piece += 1) feed('data: aaaaaaaa\n'.repeat(100));
      }),
    ).toMatchObject({ code: 'UPSTREAM' });
  });

  it('whose id is longer than any is not repeated to: the header would not fit', () => {
    const ids: string[] = [];
    const feed = createSseReader({ ...nothing, id: (id) => void ids.push(id) });
    feed(`id: good\n\nid: ${'x'.repeat(100_000)}\n\n`);
    expect(ids).toEqual(['good']);
  });

  it.each(['Infinity', '1e300', '-5', '99999999999', 'soon'])(
    'cannot ask for silence for ever with Retry-After: %s',
    (wait) => {
      const response = new Response(null, { status: 503, headers: { 'retry-after': wait } });
      const error = outcome(() => check(response, new URL('https://tips.example/tips'))) as { retryAfterMs?: number };
      expect(error.retryAfterMs).toBeUndefined();
    },
  );

  it('gives no tip whose amount or time is no number that can be counted with', async () => {
    const tip = {
      platform: 'a',
      amount: 5,
      tipper: 'ada',
      message: '',
      timestamp: 5,
      id: 'a:-:1',
      unit: 'token',
      anonymous: false,
    };
    const odd = [
      JSON.stringify(tip).replace('"amount":5', '"amount":1e999'),
      JSON.stringify(tip).replace('"timestamp":5', '"timestamp":1e999'),
      JSON.stringify({ ...tip, id: 5 }),
      '{"__proto__":{"polluted":true}}',
      'null',
      'no json',
    ];
    const body = [...odd, JSON.stringify({ ...tip, id: 'a:-:2' })].map((data) => `data: ${data}\n\n`).join('');
    const server = await startServer((arrival) =>
      arrival.nth === 1
        ? {
            headers: { 'content-type': 'text/event-stream' },
            body: `${body}event: gap\ndata: {"from":1e999,"count":1e999}\n\n`,
          }
        : { status: 204 },
    );
    const tips = fromUrl(server.url, { random: () => 0 });
    const seen: TipEvent[] = [];
    const gaps: unknown[] = [];
    const invalid: unknown[] = [];
    tips.on('invalid', (report) => void invalid.push(report));
    tips.on('gap', (gap) => void gaps.push(gap));
    for await (const each of tips) seen.push(each);
    onTestFinished(() => tips.close());
    expect(seen.map(({ id }) => id)).toEqual(['a:-:2']);
    expect(invalid).toHaveLength(odd.length);
    expect(gaps[0]).not.toHaveProperty('from');
    expect(gaps[0]).not.toHaveProperty('count');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
