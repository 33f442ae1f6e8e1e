import { checkDuration } from '../../core/options.ts';
import { type Clock, seconds } from '../../core/time.ts';
import { derive } from '../../stream/derive.ts';
import type { EventStream } from '../../stream/event-stream.ts';
import { isSimulated, simulatedTip } from '../../stream/simulated.ts';
import { toStream } from '../../stream/stream.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { randomId } from '../../stream/tip-wire.ts';
import type { TipView } from '../../stream/views.ts';
import { readGift, tipOfGift } from '../normalize.ts';
import { parseFrame } from './frames.ts';
import { createLedger } from './ledger.ts';
import { createStreaks } from './streaks.ts';

/** What `giftTips` takes beside its source. */
export interface GiftTipsOptions extends Omit<TipView, 'includePrivate'> {
  /** Whose room it is, for `tip.channel` and the ids. */
  channel?: string | undefined;
  /** A streak without a frame for so long, in milliseconds, is counted as it is: its last frame was lost. @default seconds(10) */
  quiet?: number | undefined;
  /** The source of time for frames that are no stream yet. @default the machine's */
  clock?: Clock | undefined;
}

/**
 * The gifts in a stream of frames as tips. Of frames that are no gifts nothing comes.
 *
 * @param told - Told of every tip before it is given.
 */
export function tipsOfFrames(
  frames: EventStream<unknown>,
  options: GiftTipsOptions,
  told?: (tip: TipEvent) => void,
): EventStream<TipEvent> {
  const { quiet = seconds(10), channel, zero, raw } = options;
  checkDuration('tiktok', 'quiet', quiet);
  const ledger = createLedger();
  let page: string | undefined;
  let nth = 0;
  return toStream(
    derive<unknown, TipEvent>([frames], (self) => {
      const { clock } = self;
      /** The frames that tips are made of, for `raw`. */
      const shown = new WeakMap<object, unknown>();
      const streaks = createStreaks({ clock, quiet, ledger }, (gift, paid, ticket) => {
        page ??= randomId();
        const id = `${page}-${ticket?.sequence ?? `o${nth++}`}`;
        const tip = tipOfGift(gift, { id, receivedAt: clock.now(), channel }, paid);
        if (raw) Object.defineProperty(tip, 'raw', { value: shown.get(gift) });
        if (tip.amount === 0 && zero === 'skip') return;
        told?.(tip);
        self.give(tip, ticket);
      });
      return {
        stateful: true,
        next(event, ticket) {
          if (isSimulated(event)) return self.give(simulatedTip(event), ticket);
          const frame = typeof event === 'string' ? parseFrame(event) : event;
          const gift = readGift(frame);
          if (!gift) return;
          if ('invalid' in gift)
            return self.emit('invalid', { platform: 'tiktok', path: gift.path, code: gift.invalid });
          if (raw) shown.set(gift, frame);
          if (!streaks.take(gift, ticket)) self.counters.duplicates += 1;
        },
        end(error) {
          streaks.closeAll();
          self.end(error);
        },
        stop() {
          // Who closes is still there to take what is open; who has left leaves it to the next.
          if (self.counting > 0) streaks.closeAll();
          streaks.leaveAll();
        },
      };
    }),
  );
}
