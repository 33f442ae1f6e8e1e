import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { avatarFromProfilePage } from '../../src/tiktok/avatars/profile-page.ts';

const at = (name: string): string => `https://cdn.example.com/${name}.webp`;
const image = (name: string, more = ''): string => `<img ${more} src="${at(name)}">`;

describe('avatarFromProfilePage', () => {
  it('TT-15 reads the five fields in their order, wherever they stand', () => {
    const names = ['avatarLarger', 'avatarMedium', 'avatarThumb', 'profilePicUrlHD', 'avatar_thumb'];
    for (let first = 0; first < names.length; first += 1) {
      const rest = names.slice(first).reverse();
      const json = JSON.stringify({ user: Object.fromEntries(rest.map((name) => [name, at(name)])) });
      expect(avatarFromProfilePage(`<script>${json}</script>`)).toBe(at(names[first] ?? ''));
    }
  });

  it('TT-15 reads what JSON escapes, and takes the next where a field is empty or no web address', () => {
    const page = String.raw`{"avatarLarger": "", "x": {"avatarLarger": null}, "avatarMedium":"javascript:alert(1)",
      "y":{"avatarMedium" : "https:\u002F\u002Fcdn.example.com\u002Fa.webp?x=1\u0026y=2"}}`;
    expect(avatarFromProfilePage(page)).toBe('https://cdn.example.com/a.webp?x=1&y=2');
  });

  const places = [
    ['TT-15 img[data-e2e="user-avatar"]', image('a', 'data-e2e="user-avatar"')],
    ['TT-15 img.tiktok-avatar', image('b', "class='x tiktok-avatar y'")],
    ['TT-15 span[data-e2e="user-avatar"] img', `<span data-e2e=user-avatar><b><i>${image('c')}</i></b></span>`],
    ['TT-15 div[data-e2e="user-avatar"] img', `<DIV DATA-E2E="user-avatar"><p>${image('d')}</div>`],
    ['TT-15 .avatar img', `<section class="big avatar"><br>${image('e')}</section>`],
    ['TT-15 img[alt*="avatar"]', image('f', 'alt="the avatar of somebody"')],
    ['TT-15 img[src*="avatar"]', image('avatar-g')],
  ] as const;
  const urls = ['a', 'b', 'c', 'd', 'e', 'f', 'avatar-g'].map(at);

  it.each(places)('%s is found', (selector, html) => {
    const place = places.findIndex(([name]) => name === selector);
    expect(avatarFromProfilePage(`<html><body>${image('other')}${html}${image('after')}`)).toBe(urls[place]);
  });

  it('TT-15 takes the best place, not the first in the page', () => {
    for (let best = 0; best < places.length; best += 1) {
      const page = places
        .slice(best)
        .map(([, html]) => html)
        .reverse()
        .join('\n');
      expect(avatarFromProfilePage(page)).toBe(urls[best]);
    }
  });

  it.each([
    ['TT-15 an element that has ended', `<span data-e2e="user-avatar"></span>${image('x')}`],
    ['TT-15 an element that has ended with others in it', `<div class="avatar"><b><i></div>${image('x')}`],
    ['TT-15 a comment', `<!-- ${image('x', 'class="tiktok-avatar"')} -->`],
    ['TT-15 a script', `<script>const x = '${image('x', 'class="tiktok-avatar"')}'</script >`],
    ['TT-15 a script that never ends', `<script>${image('x', 'class="tiktok-avatar"')}`],
    ['TT-15 a value', `<a title='${image('x', 'class="tiktok-avatar"')}'>`],
    ['TT-15 a tag that never ends', `<img class="tiktok-avatar" src="${at('x')}"`],
    ['TT-15 a quote that never ends', `<img src="${at('x')}" class="tiktok-avatar`],
    ['TT-15 an address that is no web address', '<img class="tiktok-avatar" src="javascript:alert(1)">'],
    ['TT-15 a picture in the address itself', '<img class="tiktok-avatar" src="data:image/png;base64,AAAA">'],
    ['TT-15 nothing', ''],
  ])('%s holds no picture', (_title, html) => {
    expect(avatarFromProfilePage(html)).toBeUndefined();
  });

  it('TT-15 reads entities, and addresses without a scheme', () => {
    expect(avatarFromProfilePage('<img class=tiktok-avatar src=//cdn.example.com/a?x=1&amp;y=&#50;&#x33;>')).toBe(
      'https://cdn.example.com/a?x=1&y=23',
    );
  });

  it('TT-15 never fails, and gives a web address or nothing, whatever the page is', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '/',
        '=',
        '<!--',
        '-->',
        '<script',
        '</script>',
        '<img ',
        'src=',
        '<div class=avatar>',
      ),
      fc.constantFrom(
        '"avatarLarger":',
        '"https://x.example/a"',
        'data-e2e="user-avatar"',
        '\\',
        ' ',
        '<span',
        '</span',
        'https://y.example',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const found = avatarFromProfilePage(pieces.join(''));
        expect(found === undefined || /^https?:\/\/[^\s"<>]+$/.test(found)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  const hostile = [
    ['open tags', '<div>'],
    ['open tags of other names than the ends', '<div></span>'],
    ['tags in tags', '<a '],
    ['quotes without end', '<a b="'],
    ['attributes without end', "a=' "],
    ['comments without end', '<!--'],
    ['scripts without end', '<script '],
    ['closed scripts', '<script></script>'],
    ['fields without a value', '"avatarLarger":"'],
    ['fields of backslashes', '"avatarLarger":"\\'],
    ['ends', '</a></div>'],
    ['space', ' \n'],
    ['less-than signs', '<'],
    ['entities', '&#'],
  ] as const;
  it('TT-15 takes no more than a few times as long for a page ten times as long, however hostile', () => {
    const time = (text: string): number => {
      // Of this process alone: others are on the machine too.
      const began = process.cpuUsage();
      avatarFromProfilePage(text);
      return process.cpuUsage(began).user / 1000;
    };
    for (const [what, part] of hostile) {
      for (const page of [part, `<img ${part}`, `<img src="${part}`]) {
        const short = page + part.repeat(50_000 / part.length);
        const long = page + part.repeat(1_000_000 / part.length);
        time(short);
        const least = Math.min(time(short), time(short), time(short));
        // Twenty times the text; a quadratic reader would need four hundred times as long, seconds at least.
        expect(Math.min(time(long), time(long)), what).toBeLessThan(Math.max(least, 2) * 150);
      }
    }
  }, 60_000);
});
