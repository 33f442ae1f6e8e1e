import { md5 } from './md5.ts';

/** Whose initials. */
export interface InitialsInput {
  /** Picks the colour. */
  username: string;
  /** What the initials are of. @default the username */
  displayName?: string | null | undefined;
}

/** What XML cannot hold, halves of surrogate pairs among them: one of these and the picture does not show. */
const unprintable = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const entities: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/** One or two letters: of the first two words, else of the only one (TT-13). */
function initialsOf({ username, displayName }: InitialsInput): string {
  const plain = (name: string | null | undefined): string =>
    String(name ?? '')
      .replace(unprintable, '')
      .trim();
  const [first = '?', second] = (plain(displayName) || plain(username) || '?').split(/\s+/);
  const [one = '', two = ''] = first;
  return one.toUpperCase() + ([...(second ?? two)][0] ?? '').toUpperCase();
}

/**
 * A picture made of initials on a colour of the username's own, as SVG text: the same on every machine, without a network (TT-13). The names
 * in it are escaped. Show it in an `<img>` as a data URL, like any picture of somebody else.
 *
 * @example
 * ```ts
 * import { initialsAvatar } from 'tipstream/tiktok';
 * const svg = initialsAvatar({ username: 'johndoe', displayName: 'John Doe' });
 * console.log(`data:image/svg+xml,${encodeURIComponent(svg)}`);
 * ```
 */
export function initialsAvatar(input: InitialsInput): string {
  const [r = 0, g = 0, b = 0] = md5(input.username);
  const ink = r * 299 + g * 587 + b * 114 < 128_000 ? '#ffffff' : '#000000';
  const letters = initialsOf(input).replace(/[&<>"']/g, (sign) => `&${entities[sign]};`);
  return `<svg width="120" height="120" xmlns="http://www.w3.org/2000/svg"><circle cx="60" cy="60" r="60" fill="rgb(${r},${g},${b})"/><text x="60" y="75" font-family="Arial, sans-serif" font-size="40" font-weight="bold" text-anchor="middle" fill="${ink}">${letters}</text></svg>`;
}
