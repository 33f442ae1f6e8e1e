import { type Tag, walkTags } from './html.ts';

/** The fields of a profile page that hold a picture, the best first (TT-15). */
const fields = ['avatarLarger', 'avatarMedium', 'avatarThumb', 'profilePicUrlHD', 'avatar_thumb'];

/** Longer addresses are none. */
const longest = 4096;

/** A web address, whole; `undefined` for anything else, e.g. `javascript:`. */
export function webAddress(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > longest) return undefined;
  const whole = text.trim().replace(/^\/\//, 'https://');
  if (!/^https?:\/\//i.test(whole)) return undefined;
  try {
    return new URL(whole).href;
  } catch {
    return undefined;
  }
}

/** The first address that a field of this name holds, in whatever JSON the page carries. */
function fromField(html: string, field: string): string | undefined {
  const name = `"${field}"`;
  const value = /\s{0,9}:\s{0,9}("(?:[^"\\]|\\.){1,4096}")/y;
  for (let at = html.indexOf(name); at >= 0; at = html.indexOf(name, at)) {
    at += name.length;
    value.lastIndex = at;
    const quoted = value.exec(html)?.[1];
    if (quoted === undefined) continue;
    at = value.lastIndex;
    try {
      const address = webAddress(JSON.parse(quoted));
      if (address) return address;
    } catch {
      // No JSON after all.
    }
  }
  return undefined;
}

/** What an element is inside of. */
interface Inside {
  readonly name: string;
  readonly span: boolean;
  readonly div: boolean;
  readonly avatar: boolean;
}

const classes = ({ attributes }: Tag): string[] => attributes.get('class')?.split(/\s+/) ?? [];
const marked = ({ attributes }: Tag): boolean => attributes.get('data-e2e') === 'user-avatar';

/** The seven places for a picture, the best first (TT-15): `img[data-e2e="user-avatar"]`, `img.tiktok-avatar`, and so on. */
const selectors: readonly ((image: Tag, inside: Inside) => boolean)[] = [
  marked,
  (image) => classes(image).includes('tiktok-avatar'),
  (_, { span }) => span,
  (_, { div }) => div,
  (_, { avatar }) => avatar,
  ({ attributes }) => attributes.get('alt')?.includes('avatar') ?? false,
  ({ attributes }) => attributes.get('src')?.includes('avatar') ?? false,
];

/** The address of the first picture in the best of the seven places. */
function fromMarkup(html: string): string | undefined {
  const outside: Inside = { name: '', span: false, div: false, avatar: false };
  const open: Inside[] = [outside];
  /** How many elements of a name are open, so that a stray end is known without a search. */
  const count = new Map<string, number>();
  const add = (name: string, more: number): void => void count.set(name, (count.get(name) ?? 0) + more);
  const found: (string | undefined)[] = [];

  walkTags(
    html,
    (tag) => {
      const inside = open.at(-1) ?? outside;
      const { name } = tag;
      if (name === 'img') {
        const address = webAddress(tag.attributes.get('src'));
        if (address)
          selectors.forEach((selects, index) => {
            if (found[index] === undefined && selects(tag, inside)) found[index] = address;
          });
      }
      if (tag.empty) return;
      add(name, 1);
      open.push({
        name,
        span: inside.span || (name === 'span' && marked(tag)),
        div: inside.div || (name === 'div' && marked(tag)),
        avatar: inside.avatar || classes(tag).includes('avatar'),
      });
    },
    (name) => {
      if (!count.get(name)) return;
      for (let last = open.pop(); last; last = open.pop()) {
        add(last.name, -1);
        if (last.name === name) return;
      }
    },
  );
  return found.find((address) => address !== undefined);
}

/**
 * The address of the picture in the HTML of a TikTok profile page (TT-15): from the JSON in it, else from its markup. It needs no document, runs
 * nothing of the page, and takes no longer for a hostile page than for another of its size. This library requests no such page itself.
 *
 * @returns A web address, `undefined` where the page shows none.
 *
 * @example
 * ```ts
 * import { avatarFromProfilePage } from 'tipstream/tiktok';
 * console.log(avatarFromProfilePage('<script>{"avatarLarger":"https:\\u002F\\u002Fcdn.example.com\\u002Fa.webp"}</script>'));
 * ```
 */
export function avatarFromProfilePage(html: string): string | undefined {
  for (const field of fields) {
    const address = fromField(html, field);
    if (address) return address;
  }
  return fromMarkup(html);
}
