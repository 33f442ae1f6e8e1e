import { describe, expect, it, onTestFinished } from 'vitest';
import { isTipstreamError } from '../../src/core/errors.ts';
import { createTwitchProxyClient } from '../../src/twitch/index.ts';
import { type Reply, type Route, startServer } from '../support/server.ts';

const token = 'not-a-secret-token';

const client = async (routes: Route) => {
  const server = await startServer(routes);
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const made = createTwitchProxyClient({
    baseUrl: server.url,
    token,
    retry: 0,
    timeout: 2000,
    logger: { debug: write, info: write, warn: write, error: write, body: (text) => text },
  });
  onTestFinished(made.close);
  return { server, lines, made };
};

const user = {
  id: '1',
  login: 'mira',
  display_name: 'Mira',
  type: '',
  broadcaster_type: '',
  description: '',
  profile_image_url: '',
  offline_image_url: '',
  view_count: 0,
  email: '',
  created_at: '2020-01-01T00:00:00Z',
};

const answers: Readonly<Record<string, Reply>> = {
  'the token in its error': { status: 500, body: `twitch API error: 401 Unauthorized - {"message":"bad ${token}"}` },
  'the token in its header': { status: 500, headers: { 'x-request-id': token, 'retry-after': token }, body: '{}' },
  'a line of another log': {
    status: 500,
    body: 'twitch API error: 500 x\n[twitch] [20:00:00] users: all is well\u001b[2J',
  },
  'a status that is none': { status: 500, body: 'twitch API error: 999 strange' },
  'a page of HTML': {
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html><script>alert(1)</script></html>',
  },
  'a list of nothing that is a user': { body: { data: [null, 5, 'x', { id: {} }] } },
  'a list that is none': { body: { data: { length: 1e9 } } },
  'a cursor of another type': { body: { data: [user], pagination: { cursor: { $ne: null } } } },
  'categories that two readers know': {
    status: 418,
    body: { errors: { user: 'no' }, error: 'RATE_LIMITED', message: 'missing scope' },
  },
  'fields of a form': { status: 410, body: { errors: { user: ['no'] } } },
  poison: { body: JSON.parse('{"__proto__":{"data":[]},"data":[{"__proto__":{"id":"1"}}]}') },
  'numbers beyond counting': {
    headers: { 'ratelimit-remaining': '1e999', 'ratelimit-reset': '-1', 'ratelimit-limit': 'NaN' },
    body: { data: [user] },
  },
};

describe('a Twitch proxy that means harm', () => {
  it.each(Object.entries(answers))(
    'TW-1 that answers with %s gives users or a TipstreamError, and shows no token',
    async (_, reply) => {
      const { made, lines } = await client(() => reply);
      const result: unknown = await made.users({ ids: ['1'] }).catch((error: unknown) => error);
      if (result instanceof Error) expect(isTipstreamError(result)).toBe(true);
      const shown = JSON.stringify(result) + String((result as Error).stack) + lines.join('\n');
      expect(shown).not.toContain(token);
      for (const line of lines) expect(line).not.toMatch(/[\n\p{Cc}]/u);
      expect(Reflect.get({}, 'data')).toBeUndefined();
    },
  );

  it('that has another page for every page ends a walk', async () => {
    const { made, server } = await client(({ nth }) => ({
      body: { data: [], pagination: { cursor: `c${nth}` }, total: 1e9 },
    }));
    const all: unknown[] = [];
    for await (const each of made.chatters.all({ broadcasterId: '1', moderatorId: '1' })) all.push(each);
    expect(all).toEqual([]);
    expect(server.arrivals.length).toBeLessThan(3);
  });

  it('that gives the same page for ever ends a walk', async () => {
    const chatter = { user_id: '1', user_login: 'a', user_name: 'A' };
    const { made, server } = await client(({ nth }) => ({
      body: { data: [chatter], pagination: { cursor: `c${nth % 3}` }, total: 1 },
    }));
    const all: unknown[] = [];
    for await (const each of made.chatters.all({ broadcasterId: '1', moderatorId: '1' })) all.push(each);
    expect(all).toHaveLength(1);
    expect(server.arrivals.length).toBeLessThan(6);
  });

  it('that says of its health whatever it likes is well only with ok', async () => {
    for (const body of ['OK!', 'ok '.repeat(1e6), '{"ok":true}', '']) {
      const { made } = await client(() => ({ body, headers: { 'content-type': 'text/plain' } }));
      expect(await made.health()).toBe(false);
    }
  });
});
