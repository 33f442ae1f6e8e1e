import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ClientBase } from '../src/core/client.ts';
import type { ClientOptions } from '../src/core/options.ts';
import { createMockServer, type MockServer, type MockServerOptions } from '../src/mock/index.ts';
import type { EventStream } from '../src/stream/event-stream.ts';
import type { PushStream } from '../src/stream/push.ts';
import type { TipEvent } from '../src/stream/tip-event.ts';
import { validateNormalizedEvent } from '../src/stream/validate.ts';
import { settle } from './support/clock.ts';
import { failure } from './support/failure.ts';
import { until } from './support/polled.ts';

/** What is asked of every client that has calls. */
type AnyClient = Pick<ClientBase, 'rateLimits' | 'verify' | 'close' | 'on'>;

/** What a client with tips over a socket has beside. */
interface TipsOf<C> {
  stream(client: C): EventStream<TipEvent>;
  push?(client: C): PushStream;
  simulate(client: C, tip?: Partial<TipEvent>): Promise<void>;
  /** One payload of a relay that holds one tip, where there is `push`. */
  payload?: unknown;
  unit: RegExp;
}

/** What a platform with calls brings to the suite. */
export interface ClientSubject<C extends AnyClient> {
  /** As it is called in errors and tips. */
  platform: string;
  /** A client of this mock, with a credential that the mock gave out, or with `credential`. */
  create(server: MockServer, options: ClientOptions, credential?: string): C;
  /** One call that carries the credential. */
  ask(client: C): Promise<unknown>;
  /** The mock, where it does not begin with an evening of its own. */
  mock?: MockServerOptions;
  /** Calls that must be refused before anything is sent. */
  mistakes: readonly (() => unknown)[];
  /** Inputs in the wire's spelling, and the right words. */
  misspelled: readonly (readonly [ask: (client: C) => Promise<unknown>, right: string])[];
  tips?: TipsOf<C>;
}

const wrong = 'not-a-secret-that-nobody-gave-out';

/** The promises that hold on every platform that is asked by calls. */
export function clientContract<C extends AnyClient>(subject: ClientSubject<C>): void {
  const { platform, create, ask, mistakes, misspelled, tips } = subject;
  const mock = async (options: MockServerOptions = {}): Promise<MockServer> => {
    const server = await createMockServer({
      port: 0,
      seed: 7,
      strict: true,
      platforms: [platform],
      ...subject.mock,
      ...options,
    });
    onTestFinished(server.close);
    return server;
  };
  const client = (server: MockServer, options: ClientOptions = {}, credential?: string): C => {
    const made = create(server, { logger: false, random: () => 0, ...options }, credential);
    onTestFinished(made.close);
    return made;
  };

  describe(`${platform}, by calls`, () => {
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
      const made = create(server, {});
      tips?.stream(made);
      for (const spy of touched) expect(spy).not.toHaveBeenCalled();
      expect(server.requests).toEqual([]);
    });

    test("an input in the wire's spelling is VALIDATION and names the right word, and nothing is sent", async () => {
      const server = await mock();
      for (const [misspell, right] of misspelled) {
        const error = await failure(misspell(client(server)));
        expect(error).toMatchObject({ code: 'VALIDATION', sent: 'no', platform });
        expect(error.message).toContain(`write "${right}", not "`);
      }
      expect(server.requests).toEqual([]);
    });

    test('a refused credential is an error with a sentence that helps, fatal, and asked once', async () => {
      for (const [status, code] of [
        [401, 'AUTH'],
        [403, 'PERMISSION'],
      ] as const) {
        const server = await mock({ scenario: `status:${status}` });
        const error = await failure(ask(client(server)));
        expect(error).toMatchObject({ code, status, fatal: true, platform });
        expect(error.message).toMatch(new RegExp(`^${platform} \\S+: ${status}, .{10,}`));
        expect(server.requests).toHaveLength(1);
      }
    });

    test('core-6 core-7 a 429 is waited for as it asks, and longer than the deadline it is an error that says how long', async () => {
      const server = await mock({ scenario: '429:seconds:90' });
      const error = await failure(ask(client(server)));
      expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 90_000, retryable: true });
      expect(server.requests).toHaveLength(1);
    });

    test('EV-46 no credential is in an error, a log or telemetry, however the upstream fails', async () => {
      const told: unknown[] = [];
      const write = (line: string): void => void told.push(line);
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
        const logger = { debug: write, info: write, warn: write, error: write, body: (text: string) => text };
        const made = client(server, { logger, retry: 0 }, wrong);
        for (const name of ['request', 'response', 'ratelimit', 'retry'] as const)
          made.on(name, (event) => told.push(event));
        const error = await failure(ask(made));
        told.push(error.message, error.stack, JSON.stringify(error), inspect(error, { depth: 9, showHidden: true }));
        const sent = JSON.stringify(server.requests);
        expect(sent, 'the credential was on its way').toContain(wrong);
      }
      expect(inspect(told, { depth: 9 })).not.toContain(wrong);
    });

    test('verify() says in a sentence whether the credential is good', async () => {
      const server = await mock();
      expect(await client(server).verify()).toMatchObject({
        ok: true,
        message: expect.stringMatching(`^${platform}: `),
      });
      expect(await client(server, {}, wrong).verify()).toMatchObject({
        ok: false,
        message: expect.stringMatching(new RegExp(`^${platform}.{10,}`)),
      });
    });

    test('a signal, or close(), ends everything: later calls say so and nothing is asked', async () => {
      const server = await mock();
      const controller = new AbortController();
      const made = client(server, { signal: controller.signal });
      await ask(made);
      const asked = server.requests.length;
      controller.abort();
      for (const call of [ask(made), made.verify()]) await expect(call).rejects.toMatchObject({ code: 'ABORTED' });
      expect(server.requests).toHaveLength(asked);
    });

    if (!tips) return;

    test('EV-7 XS-10 every tip is valid, has an id of its own, and its five common fields come first', async () => {
      const seen: TipEvent[] = [];
      for await (const tip of tips.stream(client(await mock()))) if (seen.push(tip) === 20) break;
      for (const tip of seen) {
        expect(validateNormalizedEvent(tip)).toBe(true);
        expect(Object.keys(tip).slice(0, 5)).toEqual(['platform', 'amount', 'tipper', 'message', 'timestamp']);
        expect(tip).toMatchObject({ platform, channel: expect.any(String), unit: expect.stringMatching(tips.unit) });
        expect(tip.id.startsWith(`${platform}:${tip.channel}:`)).toBe(true);
        expect(tip.id.length).toBeLessThanOrEqual(128);
      }
      expect(new Set(seen.map(({ id }) => id)).size).toBe(20);
    });

    test('a stream is cold: nothing is asked before somebody watches, and it ends after the last left', async () => {
      const server = await mock();
      const stream = tips.stream(client(server));
      await settle(20);
      expect(server.requests).toEqual([]);
      for await (const _ of stream) break;
      await until(() => stream.stats().watchers === 0);
    });

    const { push } = tips;
    if (push)
      test('push() takes payloads of a relay: taken before it resolves, refused when nobody watches', async () => {
        const stream = push(client(await mock()));
        await expect(stream.feed(tips.payload)).rejects.toMatchObject({ code: 'CONSUMER' });
        const taken: TipEvent[] = [];
        stream.subscribe(async (tip) => {
          await undefined;
          taken.push(tip);
        });
        await stream.feed(tips.payload);
        expect(taken).toHaveLength(1);
        expect(validateNormalizedEvent(taken[0])).toBe(true);
      });

    test('simulate() sends a test tip through the streams that are watched', async () => {
      const made = client(await mock({ scenario: 'quiet' }));
      await expect(tips.simulate(made)).rejects.toMatchObject({ code: 'CONSUMER' });
      const seen: TipEvent[] = [];
      const stream = tips.stream(made);
      stream.subscribe((tip) => void seen.push(tip));
      await stream.ready();
      await tips.simulate(made, { amount: 500 });
      expect(seen.filter(({ test }) => test)).toEqual([expect.objectContaining({ platform, amount: 500, test: true })]);
    });
  });
}
