import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ClientOptions } from '../src/core/options.ts';
import type { MockServer, MockServerOptions } from '../src/mock/index.ts';
import { type AnyClient, gather, mockOf, type Subject, wrong } from './platform-contract/subject.ts';
import { tipsContract } from './platform-contract/tips.ts';
import { failure } from './support/failure.ts';

const failures = ['401', '403', '404', '429', '500', 'malformed', 'html:500', 'truncated', 'reset', 'redirect'];

/** The promises that hold for every client of every platform. */
export function platformContract<C extends AnyClient>(subject: Subject<C>): void {
  const { platform, what, create, mistakes, calls, tips, refused = { code: 'AUTH', status: 401, asked: 1 } } = subject;
  const mock = (options?: MockServerOptions): Promise<MockServer> => mockOf(platform, subject.mock, options);
  const client = (server: MockServer, options: ClientOptions = {}, credential?: string): C => {
    const made = create(server, { logger: false, random: () => 0, ...options }, credential);
    onTestFinished(made.close);
    return made;
  };
  /** The first error of a call, or of the stream. */
  const errorOf = (made: C): Promise<Error> => {
    if (calls) return failure(calls.ask(made));
    return new Promise((resolve) => {
      const stream = tips?.stream(made);
      stream?.on('error', resolve);
      stream?.subscribe(() => {});
    });
  };

  describe(`${platform}, ${what}`, () => {
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

    test('EV-18 EV-19 a refused credential is an error with a sentence that helps, fatal, and nothing hammers', async () => {
      for (const [answer, { asked, ...said }] of [
        [401, refused],
        [403, { code: 'PERMISSION', status: 403, asked: 1 }],
      ] as const) {
        const server = await mock({ scenario: `status:${answer}` });
        const error = await errorOf(client(server));
        expect(error).toMatchObject({ ...said, fatal: true, platform });
        expect(error.message).toMatch(new RegExp(`^${platform} \\S+: ${said.status ? `${answer}, ` : ''}.{10,}`));
        expect(server.requests).toHaveLength(asked);
      }
    });

    test('EV-46 no credential is in an error, a log or telemetry, however the upstream fails', async () => {
      const told: unknown[] = [];
      const write = (line: string): void => void told.push(line);
      for (const scenario of failures) {
        const server = await mock({ scenario });
        const logger = { debug: write, info: write, warn: write, error: write, body: (text: string) => text };
        const made = client(server, { logger, retry: 0 }, wrong);
        for (const name of ['request', 'response', 'ratelimit', 'retry'] as const)
          made.on(name, (event) => told.push(event));
        const error = await errorOf(made);
        told.push(error.message, error.stack, JSON.stringify(error), inspect(error, { depth: 9, showHidden: true }));
        expect(JSON.stringify(server.requests), 'the credential was on its way').toContain(wrong);
        await made.close();
      }
      expect(inspect(told, { depth: 9 })).not.toContain(wrong);
    });

    test('verify() says in a sentence whether the credential is good', async () => {
      expect(await client(await mock()).verify()).toMatchObject({
        ok: true,
        message: expect.stringMatching(`^${platform}: `),
      });
      expect(await client(await mock(), {}, wrong).verify()).toMatchObject({
        ok: false,
        message: expect.stringMatching(new RegExp(`^${platform}.{10,}`)),
      });
    });

    test('a signal, or close(), ends everything: later calls say so and nothing is asked', async () => {
      const server = await mock({ scenario: 'quiet' });
      const controller = new AbortController();
      const made = client(server, { signal: controller.signal });
      const stream = tips?.stream(made);
      const loop = stream && gather(stream, 1);
      await Promise.all([stream?.ready(), calls?.ask(made)]);
      controller.abort();
      if (loop) expect(await loop).toEqual([]);
      const asked = server.requests.length;
      for (const call of [calls?.ask(made), made.verify()])
        if (call) await expect(call).rejects.toMatchObject({ code: 'ABORTED' });
      expect(server.requests).toHaveLength(asked);
    });

    if (calls) {
      const { ask, misspelled } = calls;

      test("an input in the wire's spelling is VALIDATION and names the right word, and nothing is sent", async () => {
        const server = await mock();
        for (const [misspell, right] of misspelled) {
          const error = await failure(misspell(client(server)));
          expect(error).toMatchObject({ code: 'VALIDATION', sent: 'no', platform });
          expect(error.message).toContain(`write "${right}", not "`);
        }
        expect(server.requests).toEqual([]);
      });

      test('core-6 core-7 a 429 is waited for as it asks, and longer than the deadline it is an error that says how long', async () => {
        const server = await mock({ scenario: '429:seconds:90' });
        const error = await failure(ask(client(server, { deadline: 60_000 })));
        expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 90_000, retryable: true });
        expect(server.requests).toHaveLength(1);
      });
    }

    if (tips) tipsContract(platform, tips, mock, client);
  });
}
