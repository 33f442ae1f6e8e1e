/**
 * How many events at the start of `page` were at the end of `before` already: the longest overlap. Both hold each event as text.
 */
export function overlapOf(before: readonly string[], page: readonly string[]): number {
  for (let length = Math.min(before.length, page.length); length > 0; length -= 1) {
    const start = before.length - length;
    let index = 0;
    while (index < length && before[start + index] === page[index]) index += 1;
    if (index === length) return length;
  }
  return 0;
}
