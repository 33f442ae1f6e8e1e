import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialsAvatar } from '../../src/tiktok/avatars/initials.ts';
import { md5 } from '../../src/tiktok/avatars/md5.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The vectors of TT-13: computed from the algorithm, not from this code. */
const vectors = [
  ['example_user', '5b5dc314f2973fc6613307a7e2d1806f', '91,93,195', '#ffffff', 'Example User', 'EU'],
  ['johndoe', '6579e96f76baa00787a28653876c6127', '101,121,233', '#ffffff', 'John Doe', 'JD'],
  ['viewer123', '49e5e739ea41d635246cd9cd21af17c4', '73,229,231', '#000000', 'Viewer Name', 'VN'],
  ['streamer123', '4f6ad77f23574b79a32648363ccfd172', '79,106,215', '#ffffff', 'x', 'X'],
  ['a', '0cc175b9c0f1b6a831c399e269772661', '12,193,117', '#000000', 'Мария Петрова', 'МП'],
] as const;

const svg = (rgb: string, ink: string, letters: string): string =>
  `<svg width="120" height="120" xmlns="http://www.w3.org/2000/svg"><circle cx="60" cy="60" r="60" fill="rgb(${rgb})"/>` +
  `<text x="60" y="75" font-family="Arial, sans-serif" font-size="40" font-weight="bold" text-anchor="middle" fill="${ink}">${letters}</text></svg>`;

const letters = (displayName: string | null | undefined, username = 'name'): string =>
  /">([^<]*)<\/text>/.exec(initialsAvatar({ username, displayName }))?.[1] ?? 'none';

describe('md5', () => {
  it('is that of Node, for any text, around the ends of its blocks too', () => {
    const same = (text: string): void => {
      expect(hex(md5(text))).toBe(createHash('md5').update(text).digest('hex'));
    };
    for (let length = 0; length < 200; length += 1) same('ü'.repeat(length % 3) + 'x'.repeat(length));
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), same));
  });
});

describe('initialsAvatar', () => {
  it.each(vectors)(
    'TT-54 TT-13 draws %s exactly as the algorithm does',
    (username, hash, rgb, ink, displayName, initials) => {
      expect(hex(md5(username))).toBe(hash);
      expect(initialsAvatar({ username, displayName })).toBe(svg(rgb, ink, initials));
    },
  );

  it.each([
    ['TT-13 two letters of a single word', 'johndoe', 'JO'],
    ['TT-13 the first two words of three', 'anna maria luisa', 'AM'],
    ['TT-13 no space before or after the name', '  anna   maria ', 'AM'],
    ['TT-13 whole characters, not halves of them', '🎉🦊x', '🎉🦊'],
    ['TT-13 letters that grow in number', 'ßa', 'SSA'],
    ['TT-13 the username where the name is empty', ' \n ', 'NA'],
    ['TT-13 names that are markup as text', '< &', '&lt;&amp;'],
    ['TT-13 quotes as text', '" \'', '&quot;&apos;'],
    ['TT-13 no character that XML cannot hold', '\u0000\ud800b\ufffea', 'BA'],
  ])('%s', (_title, name, initials) => {
    expect(letters(name)).toBe(initials);
  });

  it('TT-13 uses the username without a display name, and a question mark without both', () => {
    expect(letters(undefined, 'viewer')).toBe('VI');
    expect(letters(null, 'viewer')).toBe('VI');
    expect(letters('', '')).toBe('?');
    expect(letters('\u0001', '\u0002')).toBe('?');
  });

  it('TT-13 holds nothing but the shape and at most a few letters, whatever the names are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (username, displayName) => {
        const picture = initialsAvatar({ username, displayName });
        expect(picture).toMatch(/^<svg [^<>]*><circle [^<>]*\/><text [^<>]*>[^<>]{1,24}<\/text><\/svg>$/);
        expect(picture).not.toMatch(/&(?!(amp|lt|gt|quot|apos);)/);
      }),
    );
  });
});
