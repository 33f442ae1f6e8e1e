import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ClientOptions } from '../src/core/options.ts';
import { createMockServer, type Dialect, type MockServer, type MockServerOptions } from '../src/mock/index.ts';
import { memoryStore } from '../src/stream/checkpoint-store.ts';
import type { EventStream } from '../src/stream/event-stream.ts';
import type { SourceSettings } from '../src/stream/poll-options.ts';
import type { TipClient } from '../src/stream/tip-client.ts';
import type { TipEvent } from '../src/stream/tip-event.ts';
import { validateNormalizedEvent } from '../src/stream/validate.ts';
import { testClock } from './support/clock.ts';
import { until } from './support/polled.ts';

/** What every platform that knows tips brings to the suite. */
export interface Subject {
  /** As it is called in errors and tips. */
  platform: string;
  dialect: Dialect;
  /** Makes a client that asks `server`, with `credential`. */
  create(server: MockServer, credential: string, options: ClientOptions & SourceSettings): TipClient<unknown>;
  /** Calls that must be refused before anything is sent. */
  mistakes: readonly (() => unknown)[];
  /** One payload of a relay that holds one tip. */
  payload: unknown;
}

const first = 'not-a-secret-first';
const second = 'not-a-secret-second';
const channel = 'mira';

/** The first `count` tips, or fewer when the stream ends. */
const gather = async (stream: EventStream<TipEvent>, count: number): Promise<TipEvent[]> => {
  const tips: TipEvent[] = [];
  for await (const tip of stream) if (tips.push(tip) === count) break;
  return tips;
};

const words = ({ amount, tipper, message, anonymous }: TipEvent): string =>
  [amount, tipper, message, anonymous].join('|');

/** The promises that hold on every platform. */
export function platformContract({ platform, dialect, create, mistakes, payload }: Subject): void {
  const mock = async (options: MockServerOptions = {}): Promise<MockServer> => {
    const server = await createMockServer({
      port: 0,
      seed: 7,
      pace: Number.POSITIVE_INFINITY,
      pageSize: 5,
      backlog: 0,
      strict: true,
      platforms: [platform],
      rooms: [{ platform, dialect, channel, credential: first }],
      ...options,
    });
    onTestFinished(server.close);
    return server;
  };
  const client = (
    server: MockServer,
    options: ClientOptions & SourceSettings = {},
    credential = first,
  ): TipClient<unknown> => {
    const made = create(server, credential, { interval: 50, backlog: 'deliver', logger: false, ...options });
    onTestFinished(made.close);
    return made;
  };

  describe(`${platform}, ${dialect} dialect`, () => {
    test('EV-7 XS-10 every tip is valid, has an id of its own, and its five common fields come first', async () => {
      const tips = await gather(client(await mock()).tips(), 40);
      for (const tip of tips) {
        expect(validateNormalizedEvent(tip)).toBe(true);
        expect(Object.keys(tip).slice(0, 5)).toEqual(['platform', 'amount', 'tipper', 'message', 'timestamp']);
        expect(tip).toMatchObject({ platform, channel, unit: 'token' });
        expect(tip.id).toMatch(new RegExp(`^${platform}:${channel}:.+$`));
        expect(tip.id.length).toBeLessThanOrEqual(128);
      }
      expect(new Set(tips.map(({ id }) => id)).size).toBe(40);
    });

    test('EV-31 the same seed gives the same evening, through failures too', async () => {
      const clock = testClock();
      const calm = await gather(client(await mock()).tips(), 30);
      const stormy = client(await mock({ faults: { rate: 0.3, seed: 3 } }), { clock });
      const tips: TipEvent[] = [];
      stormy.tips().subscribe((tip) => void tips.push(tip));
      for (let steps = 0; steps < 20_000 && tips.length < 30; steps += 1) await clock.advance(1000);
      expect(tips.slice(0, 30).map(words)).toEqual(calm.map(words));
    });

    test('a mistake is CONFIG, with a sentence that says what to do, before anything is sent', () => {
      for (const mistake of mistakes)
        expect(mistake).toThrow(
          expect.objectContaining({
            code: 'CONFIG',
            message: expect.stringMatching(new RegExp(`^${platform}: .{10,}`)),
          }),
        );
    });

    test('making a client touches no fetch, no timer, no random number and no socket', async () => {
      const server = await mock();
      const touched = [
        vi.spyOn(globalThis, 'fetch'),
        vi.spyOn(globalThis, 'setTimeout'),
        vi.spyOn(globalThis, 'setInterval'),
        vi.spyOn(Math, 'random'),
        vi.spyOn(globalThis, 'Request'),
        vi.spyOn(globalThis, 'WebSocket'),
      ];
      create(server, first, {}).tips();
      for (const spy of touched) expect(spy).not.toHaveBeenCalled();
    });

    test('a stream is cold: nothing is asked before somebody watches, and nothing after the last left', async () => {
      const server = await mock();
      const tips = client(server).tips();
      expect(server.requests).toEqual([]);
      await gather(tips, 3);
      await client(server).close();
      const asked = server.requests.length;
      await until(() => tips.stats().watchers === 0);
      expect(server.requests).toHaveLength(asked);
    });

    test('all streams of a client share one source, and another setting for it is CONFIG', async () => {
      const server = await mock({ scenario: 'quiet' });
      const made = client(server, { clock: testClock() });
      const [one, two, three] = [made.tips(), made.tips({ zero: 'skip' }), made.events()];
      for (const stream of [one, two, three]) (stream as EventStream<unknown>).subscribe(() => {});
      await one.ready();
      expect(server.requests.length).toBeLessThanOrEqual(2);
      expect(() => made.tips({ interval: 70 })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
      expect(() => made.tips({ overlap: true })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    });

    test('EV-18 EV-19 a refused credential ends the stream at once with a sentence that helps, and nothing hammers', async () => {
      for (const [status, code] of [
        [401, 'AUTH'],
        [403, 'PERMISSION'],
      ] as const) {
        const server = await mock({ scenario: `status:${status}` });
        const made = client(server);
        await expect(gather(made.tips(), 1)).rejects.toMatchObject({ code, status, fatal: true, platform });
        expect(server.requests).toHaveLength(1);
      }
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
      const before = client(server, { checkpoint: store });
      const tips = await gather(before.tips(), 8);
      await before.close();
      server.rekey(platform, second, { dialect, channel });
      const after = client(server, { checkpoint: store }, second);
      const rest = await gather(after.tips(), 13);
      await after.close();
      // Leaving the loop took nothing: the eighth comes again, with the id that it had.
      expect(rest[0]?.id).toBe(tips[7]?.id);
      expect([...tips.slice(0, 7), ...rest].map(words)).toEqual(
        (await gather(client(await mock({ limit: 20 })).tips(), 20)).map(words),
      );
      expect(written.join()).not.toMatch(/not-a-secret/);
    });

    test('EV-46 no credential is in an error, however the upstream fails', async () => {
      const lines: string[] = [];
      const write = (line: string): void => void lines.push(line);
      for (const scenario of [
        '401',
        '403',
        '404',
        '429',
        '500',
        'malformed',
        'html:500',
        'truncated',
        'reset',
        'redirect',
      ]) {
        const server = await mock({ scenario });
        const made = client(server, { logger: { debug: write, info: write, warn: write, error: write } });
        const heard: unknown[] = [];
        for (const name of ['request', 'response', 'ratelimit'] as const) made.on(name, (event) => heard.push(event));
        const tips = made.tips();
        const error = await new Promise<Error>((resolve) => {
          tips.on('error', resolve);
          tips.subscribe(() => {});
        });
        await made.close();
        for (const text of [
          error.message,
          error.stack,
          JSON.stringify(error),
          inspect(error, { depth: 9, showHidden: true }),
          inspect(heard, { depth: 9 }),
          lines.join(),
        ])
          expect(text).not.toContain(first);
      }
    });

    test('push() takes payloads of a relay: taken before it resolves, refused when nobody watches', async () => {
      const tips = client(await mock()).push();
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
      await expect(made.simulate()).rejects.toMatchObject({ code: 'CONSUMER' });
      const seen: TipEvent[] = [];
      made.tips().subscribe((tip) => void seen.push(tip));
      await made.simulate({ amount: 500 });
      expect(seen).toEqual([expect.objectContaining({ platform, amount: 500, test: true })]);
    });

    test('verify() says in a sentence whether the credential is good, and takes no tip away', async () => {
      const server = await mock({ limit: 3 });
      const good = client(server);
      expect(await good.verify()).toMatchObject({ ok: true });
      expect(await gather(good.tips(), 3)).toHaveLength(3);
      expect(await client(server, {}, second).verify()).toMatchObject({
        ok: false,
        message: expect.stringMatching(new RegExp(`^${platform}.{10,}`)),
      });
    });

    test('a signal, or close(), ends everything: later calls say so and nothing is asked', async () => {
      const server = await mock({ scenario: 'quiet' });
      const controller = new AbortController();
      const made = client(server, { signal: controller.signal });
      const loop = gather(made.tips(), 1);
      await made.tips().ready();
      controller.abort();
      expect(await loop).toEqual([]);
      const asked = server.requests.length;
      await expect(made.verify()).rejects.toMatchObject({ code: 'ABORTED' });
      expect(server.requests).toHaveLength(asked);
    });
  });
}
