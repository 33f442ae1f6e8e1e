/**
 * What must never reach a terminal from outside: control characters (an escape sequence begins with one), characters that turn the
 * direction of the line around, and halves of characters. A line break becomes a space.
 */
export const safe = (text: string): string =>
  text
    .replace(/[\ud800-\udfff]/gu, '\ufffd')
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Bidi_Control}\u2060-\u206f\ufeff\ufff9-\ufffb]/gu, '');

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

const invisible = /^[\p{Mark}\p{Cf}\p{Default_Ignorable_Code_Point}]+$/u;

/** Emoji, and the wide blocks of East Asia. */
const wide =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;

const cellsOf = (grapheme: string): number => (invisible.test(grapheme) ? 0 : wide.test(grapheme) ? 2 : 1);

/** How many cells of a terminal a text takes. */
export function cells(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let sum = 0;
  for (const { segment } of graphemes.segment(text)) sum += cellsOf(segment);
  return sum;
}

/** The text in exactly `width` cells: cut with an ellipsis, or padded. */
export function toWidth(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const size = cells(text);
  if (size <= width) return align === 'left' ? text + ' '.repeat(width - size) : ' '.repeat(width - size) + text;
  if (width <= 0) return '';
  let cut = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = cellsOf(segment);
    if (used + next > width - 1) break;
    cut += segment;
    used += next;
  }
  return `${cut}…${' '.repeat(width - used - 1)}`;
}
