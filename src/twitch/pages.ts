import { isTipstreamError, TipstreamError } from '../core/errors.ts';
import type { Page } from '../core/page.ts';
import type { PartInput } from './queries.ts';

/** More pages than any real list has. */
const mostPages = 2000;

/** How a list is walked. */
export interface WalkSetting<T> {
  /** How errors call it, e.g. `chatters`. */
  name: string;
  /** The largest page: the fewest requests. */
  first: number;
  /** What tells one item from another. */
  id(item: T): string;
}

/**
 * Every item of every page, each once. The last page is the one without a cursor, without an item, or with a cursor that was
 * seen before: all three have been seen on Twitch. A cursor that has become invalid makes it begin again, once.
 */
export async function* walkPages<In extends PartInput, T>(
  ask: (input: In) => Promise<Page<T>>,
  input: In,
  { name, first, id }: WalkSetting<T>,
  max = Number.POSITIVE_INFINITY,
): AsyncGenerator<T, void, undefined> {
  const seen = new Set<string>();
  const cursors = new Set<string | undefined>();
  let after = input.after;
  let again = false;
  for (let pages = 0; seen.size < max; pages += 1) {
    if (pages === mostPages)
      throw new TipstreamError({
        code: 'UPSTREAM',
        platform: 'twitch',
        endpoint: name,
        sent: 'yes',
        message: `twitch ${name}: no end after ${mostPages} pages; ask with after`,
      });
    let page: Page<T>;
    try {
      page = await ask({ ...input, first: input.first ?? first, after });
    } catch (error) {
      const stale = isTipstreamError(error, 'VALIDATION') && /cursor/i.test(error.problem?.message ?? '');
      if (!stale || again || after === input.after) throw error;
      again = true;
      after = input.after;
      cursors.clear();
      continue;
    }
    for (const item of page.items) {
      if (seen.size >= max) return;
      if (seen.has(id(item))) continue;
      seen.add(id(item));
      yield item;
    }
    cursors.add(after);
    after = page.cursor;
    if (!after || !page.items.length || cursors.has(after)) return;
  }
}
