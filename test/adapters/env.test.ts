import { expect, onTestFinished, test, vi } from 'vitest';
import { clientsFromEnv, tipsFromEnv } from '../../src/adapters/env.ts';
import { createMockServer, type MockServer } from '../../src/mock/index.ts';
import { take } from '../../src/stream/operators.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';

async function mock(options: Parameters<typeof createMockServer>[0] = {}): Promise<MockServer> {
  const server = await createMockServer({ port: 0, seed: 7, every: 100, strict: true, ...options });
  onTestFinished(() => server.close());
  return server;
}

const quick = { CHATURBATE_POLL_INTERVAL: '0.1', STRIPCHAT_POLL_INTERVAL: '0.1', CAMSODA_POLL_INTERVAL: '0.1' };

test('EV-39 the tips of every platform of the environment come as one stream, asked with its credentials', async () => {
  const server = await mock();
  const tips = tipsFromEnv({ ...server.env, ...quick }, { logger: false });
  const seen: TipEvent[] = [];
  for await (const tip of take(tips, 20)) seen.push(tip);
  await tips.close();
  expect(new Set(seen.map(({ platform }) => platform))).toEqual(new Set(['chaturbate', 'stripchat', 'camsoda']));
  expect(server.requests.every(({ status }) => status === 200)).toBe(true);
});

test('EV-41 a platform that is switched off is not asked', async () => {
  const server = await mock();
  const { close, ...clients } = clientsFromEnv({ ...server.env, STRIPCHAT_ENABLED: 'false' });
  expect(Object.keys(clients)).toEqual(['chaturbate', 'camsoda']);
  await close();
});

test('the mock of a .env.test needs no credential', async () => {
  const server = await mock({ strict: false });
  const tips = tipsFromEnv({
    CHATURBATE_ENABLED: 'true',
    CHATURBATE_EVENTS_URL: `${server.url}/events/chaturbate`,
    ...quick,
  });
  for await (const tip of take(tips, 1)) expect(tip.platform).toBe('chaturbate');
  await tips.close();
});

test('a user name and a token choose the Events API', async () => {
  const asked: string[] = [];
  const { chaturbate, close } = clientsFromEnv(
    { CHATURBATE_USERNAME: 'me', CHATURBATE_TOKEN: 'not-a-secret-token' },
    {
      logger: false,
      fetch: async (request) => {
        asked.push(request.url);
        return Response.json({ events: [], nextUrl: request.url });
      },
    },
  );
  const stop = chaturbate?.tips().subscribe(() => {});
  await expect
    .poll(() => asked[0])
    .toMatch(/^https:\/\/eventsapi\.chaturbate\.com\/events\/me\/not-a-secret-token\/\?timeout=/);
  stop?.();
  await close();
});

test('an environment without any platform has no clients, and no stream', () => {
  expect(Object.keys(clientsFromEnv({}))).toEqual(['close']);
  expect(() => tipsFromEnv({})).toThrow(
    expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('no platform is set up') }),
  );
});

test.each([
  ['true', true],
  ['TRUE', false],
  ['1', false],
  ['false', false],
  ['app:*', false],
])('EV-46 DEBUG=%s logs answers: %s', async (value, expected) => {
  const debug = vi.spyOn(console, 'debug').mockImplementation(() => {});
  const server = await mock();
  const tips = tipsFromEnv({ ...server.env, ...quick, DEBUG: value });
  for await (const _ of take(tips, 2));
  await tips.close();
  expect(debug.mock.calls.length > 0).toBe(expected);
  const shown = JSON.stringify(debug.mock.calls);
  for (const name of ['CHATURBATE_API_KEY', 'STRIPCHAT_TOKEN', 'CAMSODA_API_KEY'])
    expect(shown).not.toContain(server.env[name]);
});

test('a logger of the caller wins over DEBUG', async () => {
  const debug = vi.spyOn(console, 'debug').mockImplementation(() => {});
  const lines: string[] = [];
  const server = await mock();
  const tips = tipsFromEnv(
    { ...server.env, ...quick, DEBUG: 'true' },
    { logger: { debug: (line) => lines.push(line) } },
  );
  for await (const _ of take(tips, 1));
  await tips.close();
  expect(debug).not.toHaveBeenCalled();
  expect(lines.length).toBeGreaterThan(0);
});
