import { expect, test } from 'vitest';
import type { MockServer, MockServerOptions } from '../../src/mock/index.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { validateNormalizedEvent } from '../../src/stream/validate.ts';
import { settle } from '../support/clock.ts';
import { until } from '../support/polled.ts';
import { gather, type TipsOf } from './subject.ts';

/** The promises of a client that has tips. */
export function tipsContract<C>(
  platform: string,
  { stream, push, simulate, payload, unit }: TipsOf<C>,
  mock: (options?: MockServerOptions) => Promise<MockServer>,
  client: (server: MockServer) => C,
): void {
  test('EV-7 XS-10 every tip is valid, has an id of its own, and its five common fields come first', async () => {
    const tips = await gather(stream(client(await mock())), 20);
    for (const tip of tips) {
      expect(validateNormalizedEvent(tip)).toBe(true);
      expect(Object.keys(tip).slice(0, 5)).toEqual(['platform', 'amount', 'tipper', 'message', 'timestamp']);
      expect(tip).toMatchObject({ platform, channel: expect.any(String), unit: expect.stringMatching(unit) });
      expect(tip.id.startsWith(`${platform}:${tip.channel}:`)).toBe(true);
      expect(tip.id.length).toBeLessThanOrEqual(128);
    }
    expect(new Set(tips.map(({ id }) => id)).size).toBe(20);
  });

  test('a stream is cold: nothing is asked before somebody watches, and it ends after the last left', async () => {
    const server = await mock();
    const tips = stream(client(server));
    await settle(20);
    expect(server.requests).toEqual([]);
    await gather(tips, 1);
    await until(() => tips.stats().watchers === 0);
    // What was asked when the last left is answered; then it is quiet.
    await settle(20);
    const asked = server.requests.length;
    await settle(20);
    expect(server.requests).toHaveLength(asked);
  });

  if (push)
    test('push() takes payloads of a relay: taken before it resolves, refused when nobody watches', async () => {
      const tips = push(client(await mock()));
      await expect(tips.feed(payload)).rejects.toMatchObject({ code: 'CONSUMER' });
      const taken: TipEvent[] = [];
      tips.subscribe(async (tip) => {
        await undefined;
        taken.push(tip);
      });
      await tips.feed(payload);
      expect(taken).toHaveLength(1);
      expect(validateNormalizedEvent(taken[0])).toBe(true);
    });

  test('simulate() sends a test tip through the streams that are watched', async () => {
    const made = client(await mock({ scenario: 'quiet' }));
    await expect(simulate(made)).rejects.toMatchObject({ code: 'CONSUMER' });
    const seen: TipEvent[] = [];
    const tips = stream(made);
    tips.subscribe((tip) => void seen.push(tip));
    await tips.ready();
    await simulate(made, { amount: 500 });
    expect(seen.filter((tip) => tip.test)).toEqual([expect.objectContaining({ platform, amount: 500, test: true })]);
  });
}
