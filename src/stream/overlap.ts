/**
 * How many events at the start of `page` were at the end of `before` already: the longest overlap. Both hold each event as text. Takes as
 * long as they are, whatever they hold (Knuth, Morris, Pratt).
 */
export function overlapOf(before: readonly string[], page: readonly string[]): number {
  /** How much of the start of `page` its first so many events end with, but for themselves. */
  const borders = [0];
  /** How much of the start of `page` is read when `text` follows `length` events of it. */
  const follow = (length: number, text: string | undefined): number => {
    let found = length;
    while (found > 0 && page[found] !== text) found = borders[found - 1] ?? 0;
    return page[found] === text ? found + 1 : 0;
  };
  for (let index = 1; index < page.length; index += 1) borders.push(follow(borders[index - 1] ?? 0, page[index]));
  // What came before as many events as the page has is in no overlap.
  return page.length === 0 ? 0 : before.slice(-page.length).reduce((found, text) => follow(found, text), 0);
}
