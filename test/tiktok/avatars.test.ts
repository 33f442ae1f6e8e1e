import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CacheStore } from '../../src/core/cache.ts';
import { isTipstreamError, TipstreamError } from '../../src/core/errors.ts';
import { memoryCache } from '../../src/core/memory-cache.ts';
import type { Fetch } from '../../src/core/options.ts';
import { pictureOf } from '../../src/mock/tiktok/pages.ts';
import {
  type AvatarService,
  type AvatarsOptions,
  avatarLimits,
  createAvatars,
  createTikTok,
  decodeDataUrl,
  generatorUrls,
  initialsAvatar,
  type UserProfile,
} from '../../src/tiktok/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { startServer } from '../support/server.ts';
import { room } from './room.ts';

const png = pictureOf('mira');
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/>${' '.repeat(60)}</svg>`;
const day = 86_400_000;
const live = 'https://cdn.example.com/mira.webp?x-expires=1';

/** A web of the test's own: what is at an address, by its beginning. */
type Web = Readonly<Record<string, () => Response | Promise<Response>>>;
const bytes = (body: BodyInit, status = 200): Response =>
  new Response(body, { status, headers: { 'content-type': 'text/plain' } });
const broken = (): Promise<Response> => Promise.reject(new TypeError('fetch failed'));
const never = (): Promise<Response> => new Promise(() => {});

const bench = (web: Web, options: AvatarsOptions = {}) => {
  const clock = testClock();
  const asked: string[] = [];
  const fetch: Fetch = async ({ url }) => {
    asked.push(url);
    const found = Object.entries(web).find(([start]) => url.startsWith(start));
    return found ? found[1]() : broken();
  };
  const avatars = createAvatars({ fetch, clock, logger: false, ...options });
  onTestFinished(avatars.close);
  return { avatars, clock, asked };
};

const dicebear = 'https://api.dicebear.com';
const drawn: Web = { [dicebear]: () => bytes(svg) };
const service = (answer: () => Promise<UserProfile> | UserProfile): AvatarService & { calls: number } => {
  const made = {
    calls: 0,
    profile: {
      get: async () => {
        made.calls += 1;
        return answer();
      },
    },
  };
  return made;
};
const scraped = (): UserProfile => ({
  username: 'mira',
  source: 'scraper',
  avatar_url: 'https://cdn.example.com/service.png',
  avatar_data_url: `data:image/jpeg;base64,${Buffer.from(png).toString('base64')}`,
});

/** Waits for what goes on behind an answer: `right` looks at the answers that come meanwhile. */
async function later(ask: () => Promise<UserProfile>, right: (profile: UserProfile) => boolean): Promise<UserProfile> {
  for (let turn = 0; turn < 2_000; turn += 1) {
    const profile = await ask();
    if (right(profile)) return profile;
    await settle(1);
  }
  throw new Error(`never: ${right}`);
}

describe('the four tiers', () => {
  it('TT-10 TT-12 the live picture is the best: its bytes, their type, their hash, good for seven days', async () => {
    const { avatars, clock, asked } = bench({ 'https://cdn.example.com': () => bytes(png) });
    const now = new Date(clock.now());
    expect(await avatars.resolve({ username: '@mira', displayName: ' Mira M ', liveAvatarUrl: live })).toEqual({
      username: 'mira',
      nickname: 'Mira M',
      avatar_url: live,
      avatar_data_url: `data:image/png;base64,${Buffer.from(png).toString('base64')}`,
      source: 'live',
      priority: 10,
      cached_at: now.toISOString(),
      expires_at: new Date(now.getTime() + 7 * day).toISOString(),
      image_hash: hash(png),
    });
    expect(asked).toEqual([live]);
  });

  it('TT-10 then the service, whose picture is looked at and not believed', async () => {
    const asks = service(scraped);
    const { avatars } = bench({}, { service: asks });
    const profile = await avatars.resolve({ username: 'mira' });
    // It says JPEG and is PNG.
    expect(profile).toMatchObject({
      source: 'scraper',
      priority: 9,
      avatar_url: 'https://cdn.example.com/service.png',
      image_hash: hash(png),
    });
    expect(profile.avatar_data_url).toMatch(/^data:image\/png;base64,/);
    expect(Date.parse(profile.expires_at ?? '') - Date.parse(profile.cached_at ?? '')).toBe(day);
  });

  it('TT-10 a service that gives only an address is fetched from there', async () => {
    const { avatars, asked } = bench(
      { 'https://cdn.example.com': () => bytes(png) },
      { service: service(() => ({ ...scraped(), avatar_data_url: null })) },
    );
    expect((await avatars.resolve({ username: 'mira' })).image_hash).toBe(hash(png));
    expect(asked).toEqual(['https://cdn.example.com/service.png']);
  });

  it('TT-15 then the page that the app brings; the library asks for none itself', async () => {
    const pages: string[] = [];
    const { avatars, asked } = bench(
      { 'https://cdn.example.com': () => bytes(png) },
      {
        fetchProfilePage: async (username, signal) => {
          pages.push(username);
          expect(signal.aborted).toBe(false);
          return '<script>{"avatarLarger":"https:\\u002F\\u002Fcdn.example.com\\u002Fpage.webp"}</script>';
        },
      },
    );
    expect(await avatars.resolve({ username: 'mira' })).toMatchObject({
      source: 'scraper',
      priority: 9,
      avatar_url: 'https://cdn.example.com/page.webp',
    });
    expect([pages, asked]).toEqual([['mira'], ['https://cdn.example.com/page.webp']]);
    expect(asked.join()).not.toContain('tiktok');
  });

  it('TT-14 then the generators, in their order, good for thirty days', async () => {
    const { avatars, asked } = bench({
      [`${dicebear}/7.x/identicon`]: () => bytes(svg),
      [dicebear]: () => bytes('no', 500),
    });
    const profile = await avatars.resolve({ username: 'mira' });
    expect(asked).toEqual(generatorUrls('mira').slice(0, 3));
    expect(profile).toMatchObject({
      source: 'generator',
      priority: 3,
      avatar_url: asked[2],
      image_hash: hash(Buffer.from(svg)),
    });
    expect(Date.parse(profile.expires_at ?? '') - Date.parse(profile.cached_at ?? '')).toBe(30 * day);
  });

  it('TT-10 TT-13 then the initials, which always work', async () => {
    const { avatars } = bench({});
    const profile = await avatars.resolve({ username: 'johndoe', displayName: 'John Doe' });
    expect(profile).toMatchObject({ username: 'johndoe', nickname: 'John Doe', source: 'initials', priority: 1 });
    expect(profile.avatar_url).toBeUndefined();
    const { mime, bytes: picture } = decodeDataUrl(profile.avatar_data_url ?? '');
    expect(mime).toBe('image/svg+xml');
    expect(new TextDecoder().decode(picture)).toBe(initialsAvatar({ username: 'johndoe', displayName: 'John Doe' }));
    expect(profile.image_hash).toBe(hash(picture));
    expect(Date.parse(profile.expires_at ?? '') - Date.parse(profile.cached_at ?? '')).toBe(365 * day);
  });

  it('the service that drew initials itself is no better than a generator, and one that knows nobody is no failure', async () => {
    const { avatars } = bench(drawn, { service: service(() => ({ ...scraped(), source: 'initials' })) });
    expect((await avatars.resolve({ username: 'mira' })).source).toBe('generator');
    const none = service(() => Promise.reject(new TipstreamError({ code: 'NOT_FOUND', message: 'none' })));
    const { avatars: others, clock } = bench(drawn, { service: none });
    expect((await others.resolve({ username: 'mira' })).source).toBe('generator');
    await clock.advance(10 * 60_000);
    await others.resolve({ username: 'mira' });
    await settle();
    expect(none.calls).toBe(1);
  });

  it('works with a real client and its service', async () => {
    const { tiktok, session, service: upstream } = await room();
    const { avatars } = bench({}, { service: tiktok });
    const profile = await avatars.resolve({ username: 'mira' });
    expect(profile).toMatchObject({ source: 'scraper', image_hash: hash(pictureOf('mira')) });
    expect(upstream.state.sessions.has(session)).toBe(true);
    // Nobody of that name: the picture that the service drew.
    expect((await avatars.resolve({ username: 'nobody' })).source).toBe('generator');
  });

  it('priorities change the order and the numbers', async () => {
    const { avatars } = bench(drawn, { service: service(scraped), priorities: { generator: 20 } });
    expect(await avatars.resolve({ username: 'mira' })).toMatchObject({ source: 'generator', priority: 20 });
    expect(() => createAvatars({ priorities: { live: Number.NaN } })).toThrow(
      expect.objectContaining({ code: 'CONFIG' }),
    );
  });

  it('wants a username', async () => {
    const { avatars } = bench({});
    for (const username of ['', '@', ' ', null])
      await expect(avatars.resolve({ username: username as string })).rejects.toMatchObject({ code: 'VALIDATION' });
  });
});

describe('a picture', () => {
  const sources: [title: string, answer: () => Response | Promise<Response>][] = [
    ['TT-12 smaller than 100 bytes', () => bytes(png.slice(0, 99))],
    ['TT-12 larger than 5 MB', () => bytes(Buffer.concat([png, Buffer.alloc(avatarLimits.maxBytes)]))],
    ['TT-12 that is a page', () => bytes(`<!doctype html>${' '.repeat(200)}`)],
    ['TT-12 that is a drawing, where a photo belongs', () => bytes(svg)],
    [
      'that is elsewhere',
      () => new Response(null, { status: 302, headers: { location: 'https://other.example.com/a.png' } }),
    ],
    ['that is not there', () => bytes(png, 404)],
    ['that breaks off', () => new Response(new ReadableStream({ start: (c) => c.error(new Error('cut')) }))],
  ];
  it.each(sources)('%s is none', async (_title, answer) => {
    const { avatars, asked } = bench({ 'https://cdn.example.com': answer, ...drawn });
    expect((await avatars.resolve({ username: 'mira', liveAvatarUrl: live })).source).toBe('generator');
    expect(asked).toHaveLength(2);
  });

  it('TT-12 of exactly 100 bytes, and of exactly 5 MB, is one', async () => {
    const gif = Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(avatarLimits.maxBytes - 6)]);
    for (const picture of [gif.subarray(0, 100), gif]) {
      const { avatars } = bench({ 'https://cdn.example.com': () => bytes(picture) });
      expect(await avatars.resolve({ username: 'mira', liveAvatarUrl: live })).toMatchObject({
        source: 'live',
        image_hash: hash(picture),
      });
    }
  });

  it('TT-12 that is too large is not even received', async () => {
    let sent = 0;
    const server = await startServer((_arrival, response) => {
      response.writeHead(200);
      const more = (): void => {
        if (response.destroyed || sent > 200) return void response.end();
        sent += 1;
        response.write(Buffer.alloc(2 ** 20), () => setImmediate(more));
      };
      more();
      return undefined;
    });
    const avatars = createAvatars({
      logger: false,
      fetch: (request, init) => (request.url.startsWith(server.url) ? fetch(request, init) : broken()),
    });
    expect((await avatars.resolve({ username: 'mira', liveAvatarUrl: `${server.url}/a.png` })).source).toBe('initials');
    await vi.waitFor(() => expect(server.connections).toBe(0));
    expect(sent).toBeLessThan(60);
  });

  it.each([
    'http://cdn.example.com/a.png',
    'https://10.0.0.7/a.png',
    'https://192.168.1.1/a.png',
    'http://169.254.169.254/latest/meta-data',
    'https://172.20.1.1/a.png',
    'https://100.100.1.1/a.png',
    'https://0.0.0.0/a.png',
    'https://[fd00::1]/a.png',
    'https://[::ffff:a00:1]/a.png',
    'https://intranet/a.png',
    'https://printer.local/a.png',
    'https://user@cdn.example.com/a.png',
    'https://2130706433.example/../../x y',
    'javascript:alert(1)',
    'data:image/png;base64,AAAA',
    'file:///etc/passwd',
    'not an address',
  ])('is not fetched from %s, which a viewer may have chosen', async (liveAvatarUrl) => {
    const { avatars, asked } = bench({ ...drawn, 'https://2130706433.example': () => bytes('no', 404) });
    const profile = await avatars.resolve({ username: 'mira', liveAvatarUrl });
    expect(profile.source).toBe('generator');
    expect(asked.filter((url) => !url.startsWith(dicebear) && !url.startsWith('https://2130706433'))).toEqual([]);
  });

  it('is fetched from where the app allows, and only from there', async () => {
    const { avatars, asked } = bench(
      { http: () => bytes(png) },
      { allow: ({ hostname }) => hostname.endsWith('.tiktokcdn.example') },
    );
    expect(
      (await avatars.resolve({ username: 'mira', liveAvatarUrl: 'http://p16.tiktokcdn.example/a.webp' })).source,
    ).toBe('live');
    await avatars.resolve({ username: 'ada', liveAvatarUrl: live });
    expect(asked.filter((url) => url.includes('cdn.example.com'))).toEqual([]);
  });

  it('goes without cookies, credentials and redirects', async () => {
    const seen: Request[] = [];
    const avatars = createAvatars({
      logger: false,
      fetch: async (request) => {
        seen.push(request);
        return bytes(png);
      },
    });
    await avatars.resolve({ username: 'mira', liveAvatarUrl: live });
    expect(seen.map(({ redirect, headers }) => [redirect, [...headers.keys()]])).toEqual([['manual', ['accept']]]);
  });
});

describe('in a page', () => {
  it('the live tier gives the address without bytes, rather than a drawn face', async () => {
    vi.stubGlobal('document', {});
    onTestFinished(() => void vi.unstubAllGlobals());
    const { avatars, asked } = bench(drawn);
    const profile = await avatars.resolve({ username: 'mira', liveAvatarUrl: live });
    expect(profile).toMatchObject({ source: 'live', priority: 10, avatar_url: live });
    expect(profile.avatar_data_url).toBeUndefined();
    expect(profile.image_hash).toBeUndefined();
    // Its signature is soon over: the newest counts.
    const newer = live.replace('=1', '=2');
    expect((await avatars.resolve({ username: 'mira', liveAvatarUrl: newer })).avatar_url).toBe(newer);
    expect((await avatars.resolve({ username: 'mira' })).avatar_url).toBe(newer);
    expect(asked).toEqual([]);
    expect((await avatars.resolve({ username: 'ada' })).source).toBe('generator');
  });
});

describe('what is kept', () => {
  it('is given at once, a copy for each, and is looked up anew behind the caller when it is old', async () => {
    let picture = png;
    const { avatars, clock, asked } = bench({ 'https://cdn.example.com': () => bytes(picture) });
    const request = { username: 'mira', liveAvatarUrl: live };
    const first = await avatars.resolve(request);
    first.nickname = 'changed';
    expect((await avatars.resolve({ ...request, displayName: 'Mira' })).nickname).toBe('Mira');
    expect(asked).toHaveLength(1);
    await clock.advance(7 * day);
    picture = pictureOf('another');
    const old = await avatars.resolve(request);
    expect(old).toMatchObject({ image_hash: hash(png), nickname: 'mira' });
    await later(
      () => avatars.resolve(request),
      ({ image_hash }) => image_hash === hash(picture),
    );
    expect(asked).toHaveLength(2);
    expect(avatars.stats().misses).toBe(1);
  });

  it('stays when it is old and only something worse is to be had, and is tried again later', async () => {
    let up = true;
    const { avatars, clock, asked } = bench({
      'https://cdn.example.com': () => (up ? bytes(png) : broken()),
      ...drawn,
    });
    const request = { username: 'mira', liveAvatarUrl: live };
    await avatars.resolve(request);
    await clock.advance(7 * day);
    up = false;
    for (let nth = 0; nth < 3; nth += 1) {
      expect((await avatars.resolve(request)).source).toBe('live');
      await settle(10);
    }
    expect(asked).toHaveLength(3);
    up = true;
    await clock.advance(60_000);
    const fresh = new Date(clock.now() + 7 * day).toISOString();
    await later(
      () => avatars.resolve(request),
      ({ expires_at }) => expires_at === fresh,
    );
  });

  it('an old photo is better than a new face that was drawn: it stays until somebody can give a photo', async () => {
    const { avatars, clock, asked } = bench({ 'https://cdn.example.com': () => bytes(png), ...drawn });
    await avatars.resolve({ username: 'mira', liveAvatarUrl: live });
    await clock.advance(60 * day);
    for (let nth = 0; nth < 3; nth += 1) {
      expect((await avatars.resolve({ username: 'mira' })).source).toBe('live');
      await settle(5);
    }
    expect(asked).toEqual([live]);
    const fresh = new Date(clock.now() + 7 * day).toISOString();
    await later(
      () => avatars.resolve({ username: 'mira', liveAvatarUrl: live }),
      ({ expires_at }) => expires_at === fresh,
    );
  });

  it('from a store that says nonsense is looked at and passed over', async () => {
    const nonsense = {
      profile: { username: 'mira', source: 'live', avatar_url: 'no address' },
      until: Number.MAX_SAFE_INTEGER,
      failures: 0,
    };
    for (const kept of [nonsense, null, 5, 'x', {}, { profile: null, until: 5 }]) {
      const { avatars } = bench({}, { cache: { get: () => kept, set: () => {}, delete: () => {} } });
      expect((await avatars.resolve({ username: 'mira', liveAvatarUrl: live })).username).toBe('mira');
    }
  });

  it('gives way to a live picture as soon as there is one', async () => {
    const { avatars, asked } = bench({ 'https://cdn.example.com': () => bytes(png), ...drawn });
    expect((await avatars.resolve({ username: 'mira' })).source).toBe('generator');
    expect((await avatars.resolve({ username: 'mira', liveAvatarUrl: live })).source).toBe('generator');
    await later(
      () => avatars.resolve({ username: 'mira' }),
      ({ source }) => source === 'live',
    );
    expect(asked).toHaveLength(2);
  });

  it('is asked for once, however many ask at the same time', async () => {
    const { avatars, asked } = bench({ 'https://cdn.example.com': () => bytes(png) });
    const all = await Promise.all(
      Array.from({ length: 50 }, () => avatars.resolve({ username: 'mira', liveAvatarUrl: live })),
    );
    expect(new Set(all.map(({ image_hash }) => image_hash)).size).toBe(1);
    expect(asked).toHaveLength(1);
  });

  it('is shared by no two requests of a worker, where that is forbidden', async () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    onTestFinished(() => void vi.unstubAllGlobals());
    const { avatars, asked } = bench({ 'https://cdn.example.com': () => bytes(png) });
    await Promise.all([1, 2, 3].map(() => avatars.resolve({ username: 'mira', liveAvatarUrl: live })));
    expect(asked).toHaveLength(3);
  });

  it('is looked for by twenty at a time, however many people come', async () => {
    let running = 0;
    let most = 0;
    const { avatars } = bench({
      [dicebear]: async () => {
        running += 1;
        most = Math.max(most, running);
        await settle(1);
        running -= 1;
        return bytes(svg);
      },
    });
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, nth) => avatars.resolve({ username: `viewer${nth}` })),
    );
    expect([most, all.filter(({ source }) => source === 'generator').length]).toEqual([20, 200]);
  });

  it('a live picture at another path is another picture: looked at once an hour, its hash says', async () => {
    let picture = png;
    const { avatars, clock, asked } = bench({ 'https://cdn.example.com': () => bytes(picture) });
    await avatars.resolve({ username: 'mira', liveAvatarUrl: live });
    picture = pictureOf('another');
    const moved = 'https://cdn.example.com/new.webp';
    const look = async (): Promise<void> => {
      await avatars.resolve({ username: 'mira', liveAvatarUrl: moved });
      await settle(10);
    };
    await look();
    expect(asked).toHaveLength(1);
    await clock.advance(3_600_000);
    await later(
      () => avatars.resolve({ username: 'mira', liveAvatarUrl: moved }),
      ({ image_hash }) => image_hash === hash(picture),
    );
    expect(asked).toEqual([live, moved]);
  });

  it('is bounded: 2,000 profiles, the longest unused go first', async () => {
    const { avatars } = bench({});
    for (let nth = 0; nth < 2_100; nth += 1) {
      if (nth === 2_000) await avatars.resolve({ username: 'viewer0' });
      await avatars.resolve({ username: `viewer${nth}` });
    }
    expect(avatars.stats().cache?.entries).toBe(2_000);
    const { hits } = avatars.stats();
    await avatars.resolve({ username: 'viewer0' });
    await avatars.resolve({ username: 'viewer2099' });
    expect(avatars.stats().hits - hits).toBe(2);
    await avatars.resolve({ username: 'viewer1' });
    expect(avatars.stats().hits - hits).toBe(2);
  }, 20_000);

  it('is bounded: so many bytes, equal pictures counted and held once', async () => {
    const gif = (nth: number): Buffer<ArrayBuffer> =>
      Buffer.concat([Buffer.from(`GIF89a${nth}`), Buffer.alloc(99_000)]);
    let nth = 0;
    const { avatars } = bench(
      { 'https://cdn.example.com': () => bytes(gif(nth)) },
      { cache: { maxMemory: 1_000_000 } },
    );
    const resolve = (name: string) => avatars.resolve({ username: name, liveAvatarUrl: live });
    for (let same = 0; same < 20; same += 1) await resolve(`same${same}`);
    const one = avatars.stats().cache?.bytes ?? 0;
    expect(one).toBeGreaterThan(132_000);
    expect(one).toBeLessThan(133_000);
    // One of twenty gets another: the old one is still held for the others, and weighs as much as before.
    const { avatars: roomy, clock } = bench({ 'https://cdn.example.com': () => bytes(gif(nth)) });
    for (const name of ['a', 'b']) await roomy.resolve({ username: name, liveAvatarUrl: live });
    await clock.advance(7 * day);
    nth = 1;
    const first = (await roomy.resolve({ username: 'a', liveAvatarUrl: live })).image_hash;
    await later(
      () => roomy.resolve({ username: 'a' }),
      ({ image_hash }) => image_hash !== first,
    );
    expect(roomy.stats().cache).toEqual({ entries: 2, bytes: 2 * one });
    for (nth = 1; nth < 30; nth += 1) await resolve(`other${nth}`);
    expect(avatars.stats().cache).toEqual({ entries: 7, bytes: 7 * one });
  });

  it('is not kept with cache: false', async () => {
    const { avatars, asked } = bench({ 'https://cdn.example.com': () => bytes(png) }, { cache: false });
    for (let nth = 0; nth < 2; nth += 1) await avatars.resolve({ username: 'mira', liveAvatarUrl: live });
    expect(asked).toHaveLength(2);
  });

  it('can be in a store of the app: profiles by name, equal pictures once; another process finds them', async () => {
    const kept = new Map<string, unknown>();
    const store: CacheStore = {
      get: async (key) => kept.get(key),
      set: async (key, value) => kept.set(key, structuredClone(value)),
      delete: async (key) => kept.delete(key),
    };
    const web: Web = { 'https://cdn.example.com': () => bytes(png) };
    const { avatars } = bench(web, { cache: store });
    const profile = await avatars.resolve({ username: 'mira', liveAvatarUrl: live });
    await avatars.resolve({ username: 'ada', liveAvatarUrl: live });
    expect([...kept.keys()].filter((key) => key.includes('image'))).toHaveLength(1);
    expect(JSON.stringify([...kept]).split('base64').length).toBe(2);
    const { avatars: another, asked } = bench({}, { cache: store });
    expect(await another.resolve({ username: 'mira' })).toEqual(profile);
    expect(asked).toEqual([]);
    // A store that lost the picture, and one that holds what nobody put there.
    for (const key of kept.keys()) kept.set(key, key.includes('image') ? undefined : kept.get(key));
    expect(
      (await bench(web, { cache: store }).avatars.resolve({ username: 'mira', liveAvatarUrl: live })).image_hash,
    ).toBe(hash(png));
    expect((await bench({}, { cache: memoryCache() }).avatars.resolve({ username: 'mira' })).source).toBe('initials');
  });

  it('a store that fails is passed over, and said', async () => {
    const lines: string[] = [];
    const fail = () => Promise.reject(new Error('no disk'));
    const { avatars } = bench(
      {},
      { cache: { get: fail, set: fail, delete: fail }, logger: { warn: (line) => void lines.push(line) } },
    );
    expect((await avatars.resolve({ username: 'mira' })).source).toBe('initials');
    expect(lines.join()).toMatch(/store.*no disk/);
  });
});

describe('with every place down', () => {
  const request = { username: 'mira', displayName: 'Mira', liveAvatarUrl: live };
  const sum = 10_000 + 15_000 + 15_000 + 4 * 5_000;

  it('the answer comes within the sum of the time limits, and says so in the log once a place', async () => {
    const lines: string[] = [];
    const silent = service(() => new Promise(() => {}));
    const { avatars, clock, asked } = bench(
      { http: never },
      {
        service: silent,
        fetchProfilePage: () => new Promise(() => {}),
        logger: { warn: (line) => void lines.push(line) },
      },
    );
    const began = clock.now();
    let answered: number | undefined;
    const answer = avatars.resolve(request).then((profile) => {
      answered = clock.now() - began;
      return profile;
    });
    await clock.advance(sum - 1);
    expect(answered).toBeUndefined();
    await clock.advance(1);
    expect((await answer).source).toBe('initials');
    expect(answered).toBe(sum);
    expect(asked).toEqual([live, ...generatorUrls('mira')]);
    expect(clock.pending).toBe(0);
    expect(lines).toHaveLength(4);
  });

  it('once that is known, the answer comes in less than 50 ms, and nobody is asked for half a minute', async () => {
    const silent = service(() => Promise.reject(new TypeError('fetch failed')));
    const lines: string[] = [];
    const { avatars, clock, asked } = bench({}, { service: silent, logger: { warn: (line) => void lines.push(line) } });
    for (let nth = 0; nth < 3; nth += 1) await avatars.resolve({ ...request, username: `viewer${nth}` });
    const before = [asked.length, silent.calls];
    expect(before).toEqual([15, 3]);
    const began = performance.now();
    for (let nth = 3; nth < 23; nth += 1)
      expect((await avatars.resolve({ ...request, username: `viewer${nth}` })).source).toBe('initials');
    expect((performance.now() - began) / 20).toBeLessThan(50);
    expect([asked.length, silent.calls]).toEqual(before);
    expect(lines).toHaveLength(3);
    await clock.advance(30_000);
    await avatars.resolve({ ...request, username: 'viewer23' });
    expect(silent.calls).toBe(4);
  });

  it('the better picture takes its place later, behind a caller who does not wait', async () => {
    let up = false;
    const { avatars, clock, asked } = bench({ https: () => (up ? bytes(png) : broken()) });
    expect((await avatars.resolve(request)).source).toBe('initials');
    up = true;
    expect((await avatars.resolve(request)).source).toBe('initials');
    await settle(10);
    // Not sooner than a minute after the failure.
    expect(asked).toHaveLength(5);
    await clock.advance(60_000);
    expect((await avatars.resolve(request)).source).toBe('initials');
    const better = await later(
      () => avatars.resolve(request),
      ({ source }) => source === 'live',
    );
    expect(better.image_hash).toBe(hash(png));
    expect(asked).toHaveLength(6);
  });

  it('a place that stays down is asked ever less often', async () => {
    const silent = service(() => Promise.reject(new TypeError('fetch failed')));
    const { avatars, clock, asked } = bench(drawn, { service: silent });
    await avatars.resolve({ username: 'mira' });
    const times: number[] = [];
    for (let minute = 1; minute <= 70; minute += 1) {
      await clock.advance(60_000);
      const before = silent.calls;
      await avatars.resolve({ username: 'mira' });
      await settle(5);
      if (silent.calls > before) times.push(minute);
    }
    expect(times).toEqual([1, 3, 7, 15, 31, 63]);
    // The face that was drawn is good for thirty days.
    expect(asked).toHaveLength(1);
  });

  it('a caller may leave, and the others go on; close() ends what is being fetched', async () => {
    const { avatars, clock } = bench({ http: never });
    const controller = new AbortController();
    const code = (promise: Promise<unknown>) => promise.catch((error) => isTipstreamError(error) && error.code);
    const leaving = code(avatars.resolve(request, { signal: controller.signal }));
    const staying = avatars.resolve(request);
    await settle();
    controller.abort();
    expect(await leaving).toBe('ABORTED');
    expect(await code(avatars.resolve({ username: 'ada' }, { signal: controller.signal }))).toBe('ABORTED');
    await clock.advance(sum);
    expect((await staying).source).toBe('initials');
    const closing = code(avatars.resolve({ username: 'noor', liveAvatarUrl: live }));
    await settle();
    avatars.close();
    expect(await closing).toBe('ABORTED');
    expect(clock.pending).toBe(0);
  });
});

describe('stats', () => {
  it('say of each tier how often it was asked, how often it had a picture, and when last', async () => {
    let up = true;
    const { avatars, clock } = bench(
      { 'https://cdn.example.com/live': () => (up ? bytes(png) : broken()), ...drawn },
      { service: service(() => Promise.reject(new TipstreamError({ code: 'NOT_FOUND', message: 'none' }))) },
    );
    expect(avatars.stats().tiers).toEqual({});
    const liveAvatarUrl = 'https://cdn.example.com/live.png';
    await avatars.resolve({ username: 'a', liveAvatarUrl });
    const at = clock.now();
    await clock.advance(5_000);
    up = false;
    await avatars.resolve({ username: 'b', liveAvatarUrl });
    await avatars.resolve({ username: 'c' });
    expect(avatars.stats().tiers).toMatchObject({
      live: { attempts: 2, successes: 1, successRate: 0.5, lastSuccessAt: at },
      service: { attempts: 2, successes: 0, successRate: 0, lastSuccessAt: undefined },
      generator: { attempts: 2, successes: 2, successRate: 1, lastSuccessAt: at + 5_000 },
      initials: { attempts: 0, successRate: undefined },
    });
  });
});

it('TT-15 a service of the app may be anything that has profile.get; a client of ours is one', () => {
  const fits: AvatarService = createTikTok({ apiKey: 'not-a-secret-key', logger: false });
  expect(createAvatars({ service: fits }).stats().cache).toEqual({ entries: 0, bytes: 0 });
});
