import type { EventStream } from '../../stream/event-stream.ts';
import { inside } from '../../stream/origin.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { type FrameSource, fromFrames } from './from-frames.ts';
import { type GiftTipsOptions, tipsOfFrames } from './tips-of-frames.ts';

const isStream = (source: FrameSource): source is EventStream<unknown> => Boolean(Object(source)[inside]);

/**
 * The gifts in a stream of frames as tips, in diamonds (TT-46 to TT-53): a streak is one tip, counted at its end; one whose end is lost is counted when
 * it falls silent, and an end that comes late adds what is missing. What comes twice is counted once. Other frames are passed over.
 *
 * A frame is an event of `tiktok-live-connector`, a JSON envelope `{ event: 'gift', data }` or `{ type: 'gift', data }`, or any of them as text. Ids that
 * a parser rounded are not used: give frames with long ids as text.
 *
 * @param source - `fromTikTokLiveConnector(connection)`, an `EventStream`, or anything to loop over.
 * @throws {TipstreamError} `CONFIG` for a source that is none, or a `quiet` below 50 ms.
 *
 * @example
 * ```ts
 * import { createSource } from 'tipstream';
 * import { giftTips } from 'tipstream/tiktok';
 * const frames = createSource<string>({ platform: 'my-relay' });
 * giftTips(frames.stream, { channel: 'mira' }).subscribe((tip) => console.log(tip.tipper, tip.amount, 'diamonds'));
 * void frames.push('{"event":"gift","data":{"giftName":"Rose","giftType":1,"diamondCount":1,"repeatCount":5,"repeatEnd":true,"msgId":"1"}}');
 * ```
 */
export function giftTips(source: FrameSource, options: GiftTipsOptions = {}): EventStream<TipEvent> {
  return tipsOfFrames(isStream(source) ? source : fromFrames(source, options), options);
}
