import type { EventStream } from './event-stream.ts';
import type { Origin } from './origin.ts';
import type { Received } from './pages.ts';
import type { TipEvent } from './tip-event.ts';
import type { ReadContext, ReadTip } from './tip-wire.ts';
import { view } from './view.ts';

/** What belongs to one view of a source, so that two views of it may differ. */
export interface TipView {
  /** Adds the event as it came, unmasked, as `tip.raw`, which is not enumerable. @default false */
  raw?: boolean | undefined;
  /** What happens to tips of nothing. @default 'deliver' */
  zero?: 'deliver' | 'skip' | undefined;
  /** Delivers what was given out of sight of the room too. @default true */
  includePrivate?: boolean | undefined;
}

/** The tips of a source. What is no tip is passed over, what cannot be read is said as `invalid`; both count as taken. */
export function tipsOf<E>(
  source: Origin<Received<E>> & { readonly channel?: string | undefined },
  read: ReadTip,
  { raw, zero, includePrivate }: TipView = {},
  warn?: (warning: string) => void,
  signal?: AbortSignal,
): EventStream<TipEvent> {
  const { platform, channel } = source;
  const context: ReadContext = { id: '', receivedAt: 0, channel, warn, includePrivate };
  return view<Received<E>, TipEvent>(
    source,
    ({ event, id, at, backlog }, shown) => {
      context.id = id;
      context.receivedAt = at;
      const tip = read(event, context);
      if (!tip) return undefined;
      if ('invalid' in tip) return void shown.emit('invalid', { platform, path: tip.path, code: tip.invalid });
      if (tip.amount === 0 && zero === 'skip') return undefined;
      if (includePrivate === false && tip.meta?.private) return undefined;
      if (backlog) tip.meta = { ...tip.meta, backlog: true };
      if (raw) Object.defineProperty(tip, 'raw', { value: event });
      return tip;
    },
    signal,
  );
}
