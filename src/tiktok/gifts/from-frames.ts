import { configError, TipstreamError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import type { EventStream } from '../../stream/event-stream.ts';
import { createSource } from '../../stream/source.ts';

/** Where frames come from: a stream, or anything to loop over. */
export type FrameSource = EventStream<unknown> | AsyncIterable<unknown> | Iterable<unknown>;

/** So many frames may be untaken: fewer than a watcher drops, and more than streaks are open. */
const ahead = 5_000;

/** A stream of what a loop gives, begun anew with the first watcher. */
export function fromFrames(
  frames: FrameSource,
  { channel, clock }: { channel?: string | undefined; clock?: Clock | undefined },
): EventStream<unknown> {
  const begin = (): AsyncIterator<unknown> | Iterator<unknown> | undefined =>
    Object(frames)[Symbol.asyncIterator]?.call(frames) ?? Object(frames)[Symbol.iterator]?.call(frames);
  const can = typeof (Object(frames)[Symbol.asyncIterator] ?? Object(frames)[Symbol.iterator]) === 'function';
  if (!can || typeof frames === 'string')
    throw configError('tiktok', 'giftTips() wants frames: a stream, or a connection by fromTikTokLiveConnector()');
  const { stream } = createSource<unknown>({
    platform: 'tiktok',
    channel,
    clock,
    start(source) {
      const iterator = begin();
      let left = false;
      source.status('live');
      const read = async (): Promise<void> => {
        let untaken = 0;
        let next: (() => void) | undefined;
        while (iterator && !left) {
          const { done, value } = await iterator.next();
          if (left) return;
          if (done) return source.end();
          untaken += 1;
          // Not waited for one by one: a streak is taken with its last frame.
          source.push(value).then(() => {
            untaken -= 1;
            next?.();
          });
          if (untaken > ahead)
            await new Promise<void>((resolve) => {
              next = resolve;
            });
        }
      };
      read().catch((cause) =>
        source.fail(
          new TipstreamError({
            code: 'UPSTREAM',
            platform: 'tiktok',
            fatal: true,
            message: 'tiktok: the frames broke off',
            cause,
          }),
        ),
      );
      return () => {
        left = true;
        Promise.resolve(iterator?.return?.()).catch(() => {});
      };
    },
  });
  return stream;
}
