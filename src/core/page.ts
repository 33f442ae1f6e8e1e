import { TipstreamError } from './errors.ts';

/** One page of a list, the same from every platform. */
export interface Page<T> {
  items: T[];
  /** How many there are in all, where the upstream says so. */
  total?: number | undefined;
  /** Where the next page begins; absent on the last. */
  cursor?: string | undefined;
  /** Its number, from 1. */
  page?: number | undefined;
  /** How many pages there are. */
  pages?: number | undefined;
  /** What else the upstream said beside the list. */
  upstream?: Readonly<Record<string, unknown>> | undefined;
  /** The part of the input that asks for the next page; absent on the last. */
  next?: Readonly<Record<string, unknown>> | undefined;
  /** The number of the last page where the answer does not say its own; `Infinity` where it says only that there is more. */
  until?: number | undefined;
}

/** How far `all` goes. */
export interface AllOptions {
  /** Ends the walk at once with `ABORTED`. */
  signal?: AbortSignal | undefined;
  /** The time limit of each page, in milliseconds. @default the client's deadline */
  deadline?: number | undefined;
  /** At most so many items. @default Infinity */
  max?: number | undefined;
}

/** A list that is empty so often in a row has nothing more to give. */
const emptyInRow = 10;

/**
 * Walks through all pages, item by item. An upstream that sends its reader in a circle, or that promises more and does not give it,
 * ends it with `UPSTREAM`: what looks like the end of a list is the end.
 */
export async function* walk<In extends object, T>(
  where: string,
  ask: (input: In) => Promise<Page<T>>,
  input: In,
  max = Number.POSITIVE_INFINITY,
): AsyncGenerator<T, void, undefined> {
  const seen = new Set<string>();
  let left = max;
  let empty = 0;
  let next: In | undefined = input;
  while (next !== undefined && left > 0) {
    const page: Page<T> = await ask(next);
    for (const item of page.items) {
      if (left <= 0) return;
      left -= 1;
      yield item;
    }
    empty = page.items.length ? 0 : empty + 1;
    const { page: asked = 1 }: { page?: number } = next;
    const more = asked < (page.until ?? 0);
    // Whoever knows no pages gives the same one whatever is asked for.
    const mark = JSON.stringify(page.next ?? (more ? page.items : undefined));
    if (mark === undefined || (empty >= emptyInRow && !more)) return;
    if (seen.has(mark))
      throw new TipstreamError({
        code: 'UPSTREAM',
        message: `${where}: the pages go in a circle; ended after ${seen.size + 1}`,
        sent: 'yes',
      });
    if (!page.next) seen.clear();
    seen.add(mark);
    next = { ...input, ...(page.next ?? { page: asked + 1 }) };
  }
}
