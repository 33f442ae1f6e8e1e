/** An opening tag, as much of it as selectors need. */
export interface Tag {
  /** In small letters. */
  readonly name: string;
  /** The first of each name, in small letters; entities are read. */
  readonly attributes: ReadonlyMap<string, string>;
  /** It has no end of its own. */
  readonly empty: boolean;
}

/** What is inside these is no markup. */
const raw = /^(script|style|textarea|title|xmp|iframe|noembed|noframes)$/;
const void_ = /^(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/;

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const readEntities = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (all, decimal, hex, name) => {
    if (name) return named[name.toLowerCase()] ?? all;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });

/** The index of `part`, or the end. */
const find = (html: string, part: string, from: number): number => {
  const at = html.indexOf(part, from);
  return at < 0 ? html.length : at;
};

/** Reads attributes up to the end of the tag, and says where that is; the end of the page where the tag has none. */
function readAttributes(html: string, from: number): { attributes: Map<string, string>; end: number } {
  const attributes = new Map<string, string>();
  const name = /[\s/]*([^\s>/][^\s>/=]*)?\s*/y;
  const bare = /=\s*([^\s"'>][^\s>]*)?/y;
  let at = from;
  while (at < html.length) {
    name.lastIndex = at;
    const key = name.exec(html)?.[1]?.toLowerCase();
    at = name.lastIndex;
    if (key === undefined) return { attributes, end: find(html, '>', at) };
    let value = '';
    bare.lastIndex = at;
    const said = bare.exec(html);
    if (said) {
      at = bare.lastIndex;
      const quote = html[at];
      if (said[1] !== undefined) value = said[1];
      else if (quote === '"' || quote === "'") {
        const end = find(html, quote, at + 1);
        value = html.slice(at + 1, end);
        at = end + 1;
      }
    }
    if (!attributes.has(key)) attributes.set(key, readEntities(value));
  }
  return { attributes, end: html.length };
}

/**
 * Walks through the tags of a page as a browser without scripts would, without making a document of it. Every character is looked at a fixed
 * number of times, whatever the page is made of.
 *
 * @param opened - Told of every opening tag.
 * @param ended - Told of every closing tag, by its name.
 */
export function walkTags(html: string, opened: (tag: Tag) => void, ended: (name: string) => void): void {
  const word = /[a-z][^\s/>]*/iy;
  let at = find(html, '<', 0);
  while (at < html.length) {
    at += 1;
    if (html.startsWith('!--', at)) at = find(html, '-->', at + 1) + 3;
    else if (html[at] === '!' || html[at] === '?') at = find(html, '>', at);
    else {
      const closing = html[at] === '/';
      word.lastIndex = at + Number(closing);
      const name = word.exec(html)?.[0].toLowerCase();
      if (name !== undefined) {
        const { attributes, end } = readAttributes(html, word.lastIndex);
        // A tag that the page breaks off in is none.
        if (end >= html.length) return;
        at = end;
        if (closing) ended(name);
        else {
          opened({ name, attributes, empty: void_.test(name) });
          if (raw.test(name)) {
            const close = new RegExp(`</${name}[\\s/>]`, 'gi');
            close.lastIndex = end;
            const found = close.exec(html);
            if (!found) return;
            at = found.index;
            continue;
          }
        }
      }
    }
    at = find(html, '<', at);
  }
}
