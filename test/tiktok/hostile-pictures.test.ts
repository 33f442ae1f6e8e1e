import { describe, expect, it } from 'vitest';
import { onOpenWeb } from '../../src/tiktok/avatars/tiers.ts';
import { createAvatars } from '../../src/tiktok/index.ts';
import { startServer } from '../support/server.ts';

describe('an address that a profile gave', () => {
  it.each([
    'https://10.0.0.1/a',
    'https://192.168.1.1/a',
    'https://169.254.169.254/latest/meta-data',
    'https://metadata.google.internal/a',
    'https://metadata.google.internal./a',
    'https://printer.local./a',
    'https://[::ffff:10.0.0.1]/a',
    'https://[fd00::1]/a',
    'https://[::]/a',
    'https://0x0a000001/a',
    'https://167772161/a',
    'https://intranet/a',
    'https://intranet./a',
    'https://mira@cdn.example.com/a',
    'https://:secret@cdn.example.com/a',
    'https://localhost./a',
    'https://localhost/a',
    'http://localhost:6379/a',
    'http://127.0.0.1/a',
    'https://127.1/a',
    'https://2130706433/a',
    'https://[::1]/a',
    'https://[::ffff:127.0.0.1]/a',
    'https://admin.localhost/a',
    'http://cdn.example.com/a',
  ])('TT-12 %s is not fetched', (url) => {
    expect(onOpenWeb(new URL(url))).toBe(false);
  });

  it.each(['https://10.example.com/a', 'https://p16-sign.tiktokcdn.com/a.webp', 'https://cdn.example.com:8443/a'])(
    'TT-12 %s is fetched',
    (url) => {
      expect(onOpenWeb(new URL(url))).toBe(true);
    },
  );
});

describe('a server of this machine', () => {
  const drawn = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'.padEnd(200);
  /** The open web answers with a drawing; the server here shows what was asked of it. */
  const fetch = async (request: Request): Promise<Response> =>
    new URL(request.url).hostname === '127.0.0.1'
      ? globalThis.fetch(request)
      : new Response(drawn, { headers: { 'content-type': 'image/svg+xml' } });

  it('TT-12 is asked for no picture, whoever names it: an event, or the profile of a service', async () => {
    const server = await startServer(() => ({ status: 200, body: 'inside' }));
    const named = { username: 'mira', source: 'scraper', avatar_url: `${server.url}/profile`, priority: 1 };
    const avatars = createAvatars({ fetch, logger: false, service: { profile: { get: async () => named } } });
    const { source } = await avatars.resolve({ username: 'mira', liveAvatarUrl: `${server.url}/live` });
    expect([source, server.arrivals.length]).toEqual(['generator', 0]);
    avatars.close();
  });

  it('TT-12 is asked where the app says that it may be', async () => {
    const server = await startServer(() => ({ status: 404 }));
    const avatars = createAvatars({ fetch, logger: false, allow: ({ hostname }) => hostname === '127.0.0.1' });
    await avatars.resolve({ username: 'mira', liveAvatarUrl: `${server.url}/live` });
    expect(server.arrivals.map(({ url }) => url)).toEqual(['/live']);
    avatars.close();
  });
});
