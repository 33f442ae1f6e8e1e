import { cells, toWidth } from './text.ts';

/** A piece of a line: its text, and the numbers of an SGR sequence that colour it. */
export type Span = readonly [text: string, style?: string | undefined];

/** The pieces as one line of at most `width` cells. Whatever the texts are, the line never grows beyond. */
export function row(spans: readonly Span[], { width, color }: { width: number; color: boolean }): string {
  let left = width;
  let line = '';
  for (const [text, style] of trimmed(spans)) {
    const size = cells(text);
    const piece = size <= left ? text : toWidth(text, left);
    left -= Math.min(size, left);
    line += color && style !== undefined && piece !== '' ? `\u001b[${style}m${piece}\u001b[0m` : piece;
  }
  return line;
}

/** The pieces without the blanks at the end of the line. */
function trimmed(spans: readonly Span[]): readonly Span[] {
  const last = spans.map(([text]) => text.trim() !== '').lastIndexOf(true);
  return spans.slice(0, last + 1).map(([text, style], index) => [index === last ? text.trimEnd() : text, style]);
}
