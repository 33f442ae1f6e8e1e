import { describe, expect, test } from 'vitest';
import type { ClientOptions } from '../../src/core/options.ts';
import type { MockServer, MockServerOptions } from '../../src/mock/index.ts';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import type { EventStream } from '../../src/stream/event-stream.ts';
import type { SourceSettings } from '../../src/stream/poll-options.ts';
import type { TipClient } from '../../src/stream/tip-client.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { platformContract } from '../platform-contract.ts';
import { testClock } from '../support/clock.ts';
import { channel, first, gather, mockOf, type PolledSubject, second } from './subject.ts';

const words = ({ amount, tipper, message, anonymous }: TipEvent): string =>
  [amount, tipper, message, anonymous].join('|');

/** The promises of every client, and those of one whose tips are polled. */
export function polledContract(subject: PolledSubject): void {
  const { platform, dialect, mistakes, payload } = subject;
  const evening: MockServerOptions = {
    pace: Number.POSITIVE_INFINITY,
    pageSize: 5,
    backlog: 0,
    rooms: [{ platform, dialect, channel, credential: first }],
  };
  /** The limits of the platforms are minutes; what keeps them is tested where it stands. */
  const create = (
    server: MockServer,
    options: ClientOptions & SourceSettings = {},
    credential = first,
  ): TipClient<unknown> =>
    subject.create(server, credential, { interval: 50, backlog: 'deliver', limiter: false, logger: false, ...options });

  platformContract({
    platform,
    what: `${dialect} dialect`,
    mock: evening,
    create,
    mistakes,
    tips: {
      stream: (client) => client.tips(),
      push: (client) => client.push(),
      simulate: (client, tip) => client.simulate(tip),
      payload,
      unit: /^token$/,
    },
  });

  describe(`${platform}, ${dialect} dialect, polled`, () => {
    const mock = (options?: MockServerOptions) => mockOf(platform, evening, options);

    test('EV-31 the same seed gives the same evening, through failures too', async () => {
      const clock = testClock();
      const calm = await gather(create(await mock()).tips(), 30);
      const stormy = create(await mock({ faults: { rate: 0.3, seed: 3 } }), { clock });
      const tips: TipEvent[] = [];
      stormy.tips().subscribe((tip) => void tips.push(tip));
      for (let steps = 0; steps < 20_000 && tips.length < 30; steps += 1) await clock.advance(1000);
      expect(tips.slice(0, 30).map(words)).toEqual(calm.map(words));
      await stormy.close();
    });

    test('all streams of a client share one source, and another setting for it is CONFIG', async () => {
      const server = await mock({ scenario: 'quiet' });
      const made = create(server, { clock: testClock() });
      const [one, two, three] = [made.tips(), made.tips({ zero: 'skip' }), made.events()];
      for (const stream of [one, two, three]) (stream as EventStream<unknown>).subscribe(() => {});
      await one.ready();
      expect(server.requests.length).toBeLessThanOrEqual(2);
      expect(() => made.tips({ interval: 70 })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
      expect(() => made.tips({ overlap: true })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
      await made.close();
    });

    test('a stop, a new credential, a start: the stream goes on where it was, and the store holds neither credential', async () => {
      const server = await mock({ limit: 20 });
      const inner = memoryStore();
      const written: string[] = [];
      const store = {
        ...inner,
        set(key: string, value: unknown) {
          written.push(key + JSON.stringify(value));
          return inner.set(key, value);
        },
      };
      const before = create(server, { checkpoint: store });
      const tips = await gather(before.tips(), 8);
      await before.close();
      server.rekey(platform, second, { dialect, channel });
      const after = create(server, { checkpoint: store }, second);
      const rest = await gather(after.tips(), 13);
      await after.close();
      // Leaving the loop took nothing: the eighth comes again, with the id that it had.
      expect(rest[0]?.id).toBe(tips[7]?.id);
      expect([...tips.slice(0, 7), ...rest].map(words)).toEqual(
        (await gather(create(await mock({ limit: 20 })).tips(), 20)).map(words),
      );
      expect(written.join()).not.toMatch(/not-a-secret/);
    });

    test('verify() takes no tip away', async () => {
      const made = create(await mock({ limit: 3 }));
      expect(await made.verify()).toMatchObject({ ok: true });
      expect(await gather(made.tips(), 3)).toHaveLength(3);
    });
  });
}
