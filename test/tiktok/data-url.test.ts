import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDataUrl, toDataUrl } from '../../src/tiktok/avatars/data-url.ts';
import { generatorUrls } from '../../src/tiktok/avatars/generator-urls.ts';
import { imageTypeOf } from '../../src/tiktok/avatars/image-type.ts';
import { avatarLimits } from '../../src/tiktok/avatars/limits.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('decodeDataUrl', () => {
  it('TT-12 gives back what was put in, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeDataUrl(toDataUrl('image/png', bytes))).toEqual({
          mime: 'image/png',
          bytes: Uint8Array.from(bytes),
        });
      }),
    );
    const large = Uint8Array.from({ length: avatarLimits.maxBytes }, (_, index) => index * 7);
    expect(Buffer.compare(decodeDataUrl(toDataUrl('image/png', large)).bytes, large)).toBe(0);
  });

  it.each([
    [
      'TT-12 base64 with parameters',
      'data:image/svg+xml;charset=utf-8;base64,PHN2Zz48L3N2Zz4=',
      'image/svg+xml',
      '<svg></svg>',
    ],
    ['TT-12 base64 that is percent-encoded', 'data:image/png;base64,aGk%3D', 'image/png', 'hi'],
    ['TT-12 plain text', 'data:image/svg+xml,%3Csvg%3E%C3%BC</svg>', 'image/svg+xml', '<svg>ü</svg>'],
    [
      'TT-12 text that is not even encoded',
      'data:image/svg+xml;utf8,<svg>ü🎉</svg>',
      'image/svg+xml',
      '<svg>ü🎉</svg>',
    ],
    ['TT-12 capital letters', 'DATA:IMAGE/PNG;BASE64,aGk=', 'image/png', 'hi'],
    ['TT-12 no type', 'data:,hi', 'text/plain', 'hi'],
  ])('%s is read', (_title, url, mime, content) => {
    const decoded = decodeDataUrl(url);
    expect([decoded.mime, text(decoded.bytes)]).toEqual([mime, content]);
  });

  it.each([
    '',
    'https://x.example/a.png',
    'data:image/png;base64',
    'data:image/png;base64,not-a-secret!',
    'data:image/svg+xml,\ud800',
  ])('TT-12 %j is VALIDATION, and the message repeats nothing of it', (url) => {
    expect(() => decodeDataUrl(url)).toThrow(expect.objectContaining({ code: 'VALIDATION' }));
    expect(() => decodeDataUrl(url)).not.toThrow(/not-a-secret|x\.example/);
  });
});

describe('imageTypeOf', () => {
  const bytes = (signs: string): Uint8Array => Uint8Array.from(signs, (sign) => sign.charCodeAt(0));
  it.each([
    ['image/jpeg', '\xff\xd8\xff\xe0..JFIF'],
    ['image/png', '\x89PNG\r\n\x1a\n....'],
    ['image/gif', 'GIF89a....'],
    ['image/gif', 'GIF87a....'],
    ['image/webp', 'RIFF\x01\x02\x03\x04WEBPVP8 '],
    ['image/avif', '\0\0\0\x1cftypavif....'],
    ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    [
      'image/svg+xml',
      '\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a -- comment -->\n<!DOCTYPE svg [ <!ENTITY a "b"> ]>\n<svg>',
    ],
    [undefined, '<!doctype html><svg>'],
    [undefined, '<html><svg></svg></html>'],
    [undefined, '<svgx>'],
    [undefined, 'RIFF....WAVEfmt '],
    [undefined, ''],
  ])('TT-12 tells %s by its bytes', (type, signs) => {
    expect(imageTypeOf(bytes(signs))).toBe(type);
  });

  it('TT-12 never fails and does not hang, whatever the bytes are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), (each) => void imageTypeOf(each)));
    const began = performance.now();
    for (const part of ['<!-- ', '<!DOCTYPE [', ' ', '<?', '<!---'])
      imageTypeOf(bytes(part.repeat(4096 / part.length)));
    expect(performance.now() - began).toBeLessThan(200);
  });
});

describe('the constants', () => {
  it('TT-14 the four generators come in order, the name encoded', () => {
    expect(generatorUrls('a b/ü')).toEqual([
      'https://api.dicebear.com/7.x/adventurer/svg?seed=a%20b%2F%C3%BC',
      'https://api.dicebear.com/7.x/personas/svg?seed=a%20b%2F%C3%BC',
      'https://api.dicebear.com/7.x/identicon/svg?seed=a%20b%2F%C3%BC',
      'https://source.boringavatars.com/beam/120/a%20b%2F%C3%BC?colors=264653,2a9d8f,e9c46a,f4a261,e76f51',
    ]);
  });

  it('TT-10 TT-12 are those of the service: priorities, times to live, time limits, sizes', () => {
    const day = 86_400_000;
    expect(avatarLimits).toMatchObject({
      priorities: { live: 10, scraper: 9, generator: 3, initials: 1 },
      ttl: { live: 7 * day, scraper: day, generator: 30 * day, initials: 365 * day },
      timeouts: { live: 10_000, scraper: 15_000, generator: 5_000 },
      minBytes: 100,
      maxBytes: 5_242_880,
      maxEntries: 2000,
      maxMemory: 209_715_200,
    });
  });
});
