import type { Random } from '../../../src/core/time.ts';
import type { Answer } from '../../../src/mock/answer.ts';
import { shuffledPage, stale } from '../fault-changes.ts';
import type { Line } from './faults.ts';

/** So many pages are remembered, to be given again. */
const remembered = 4;

/** Pages that come again, in another order, or with a cursor of long ago. */
export function turned(random: Random) {
  const kept = new Map<Line, Answer[]>();
  return {
    keep(line: Line, { handedOut: _, ...answer }: Answer): void {
      if (line !== 'chaturbate events' || answer.status !== 200) return;
      const pages = kept.get(line) ?? [];
      kept.set(line, pages);
      pages.push(answer);
      if (pages.length > remembered) pages.shift();
    },
    /** One of the last pages, as it was. */
    earlier(line: Line): Answer | undefined {
      const pages = kept.get(line) ?? [];
      return pages[Math.floor(random() * pages.length)];
    },
    stale,
    /** The page with its events in another order. */
    shuffle: (body: string): string => String(shuffledPage(Buffer.from(body), random)),
  };
}
