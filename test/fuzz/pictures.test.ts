import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageIn } from '../../src/tiktok/avatars/image.ts';
import { imageTypeOf } from '../../src/tiktok/avatars/image-type.ts';
import { avatarFromProfilePage, webAddress } from '../../src/tiktok/avatars/profile-page.ts';
import { onOpenWeb } from '../../src/tiktok/avatars/tiers.ts';
import { createAvatars, generatorUrls, initialsAvatar } from '../../src/tiktok/index.ts';
import { usernameOf } from '../../src/tiktok/username.ts';
import { testClock } from '../support/clock.ts';
import { orOurs, text, tries } from './setting.ts';

const address = fc.oneof(
  text(),
  fc.webUrl(),
  fc
    .tuple(
      fc.constantFrom('https://', 'http://', '//', 'HTTPS:\\\\'),
      fc.constantFrom(
        '127.0.0.1',
        '0x7f.1',
        '[::1]',
        '169.254.169.254',
        '2852039166',
        'localhost',
        'a.internal.',
        'cdn.example.com',
        '１２７.0.0.1',
        '①②⑦.0.0.1',
      ),
      text(),
    )
    .map((parts) => parts.join('')),
);
const piece = fc.oneof(
  text(),
  address,
  fc.constantFrom(
    '<img src="',
    '<img data-e2e="user-avatar" src=',
    '"avatarLarger":"',
    '"avatarThumb": "',
    '">',
    '<!--',
    '<script>',
    '</script>',
    "class='avatar'",
    '&#x6a;',
    '\\u002F',
  ),
);

describe('a picture of somebody', () => {
  it('TT-15 is at a web address or nowhere, whatever the page, and never at one of our own network', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
        (html) => {
          const found = avatarFromProfilePage(html);
          if (found !== undefined) expect(found).toMatch(/^https?:\/\/[^/]/);
        },
      ),
      tries(600),
    );
    fc.assert(
      fc.property(address, (said) => {
        const url = webAddress(said);
        if (url && onOpenWeb(new URL(url))) {
          const { hostname } = new URL(url);
          expect(hostname).not.toMatch(/^(10|0|192\.168|169\.254)\.\d|\.internal\.?$|^2852039166$/);
        }
      }),
      tries(1500),
    );
  });

  it('TT-13 is drawn of any names as one whole drawing, without a tag of theirs', () => {
    fc.assert(
      fc.property(text(), fc.option(text()), (username, displayName) => {
        const svg = initialsAvatar({ username, displayName });
        const inside = /^<svg [^<>]*><circle [^<>]*\/><text [^<>]*>((?:[^<>&]|&\w+;)*)<\/text><\/svg>$/.exec(svg);
        expect(inside).not.toBeNull();
        expect([...(inside?.[1] ?? '').replace(/&\w+;/g, 'x')].length).toBeLessThanOrEqual(6);
      }),
      tries(600),
    );
  });

  it('TT-12 of any bytes is of a known type, or none', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      piece.map((said) => new TextEncoder().encode(said)),
      fc
        .constantFrom('GIF89a', '\xff\xd8\xff', 'RIFF0000WEBP', '<svg ')
        .map((said) => Uint8Array.from(said, (sign) => sign.charCodeAt(0))),
    );
    fc.assert(
      fc.property(bytes, (all) => {
        expect([
          undefined,
          'image/jpeg',
          'image/png',
          'image/gif',
          'image/webp',
          'image/avif',
          'image/svg+xml',
        ]).toContain(imageTypeOf(all));
      }),
      tries(600),
    );
    fc.assert(
      fc.property(text(), (url) => void imageIn(`data:image/png;base64,${url}`)),
      tries(300),
    );
  });

  it('TT-8 of any name is of a name that stays in its place of an address, or VALIDATION', async () => {
    await fc.assert(
      fc.asyncProperty(text(), text(), address, async (username, displayName, liveAvatarUrl) => {
        const name = usernameOf(username);
        if (name !== undefined) {
          expect(name).not.toMatch(/[/?#\s]|^\.{1,2}$/);
          for (const url of generatorUrls(name.toWellFormed()))
            expect(new URL(url).host).toMatch(/^(api\.dicebear\.com|source\.boringavatars\.com)$/);
        }
        const asked: string[] = [];
        const avatars = createAvatars({
          logger: false,
          clock: testClock(),
          fetch: async (request) => {
            asked.push(request.url);
            return new Response(null, { status: 404 });
          },
        });
        const profile = await orOurs(() => avatars.resolve({ username, displayName, liveAvatarUrl }));
        if (profile) expect(profile.avatar_data_url).toMatch(/^data:image\/svg\+xml;base64,/);
        for (const url of asked) expect(onOpenWeb(new URL(url))).toBe(true);
        avatars.close();
      }),
      tries(100),
    );
  });
});
