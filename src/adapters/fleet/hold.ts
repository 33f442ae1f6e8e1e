import { bareError } from '../../core/bare-error.ts';
import { isTipstreamError, TipstreamError } from '../../core/errors.ts';
import { type Clock, seconds } from '../../core/time.ts';
import { withoutPassword } from '../../stream/checkpoint.ts';
import type { EventStream, StreamStatus } from '../../stream/event-stream.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import type { Fence } from '../redis/fence.ts';
import { atMost } from './at-most.ts';
import type { Channel } from './channel.ts';
import type { HeldLease, Lease } from './lease.ts';

/** What `open` made for a channel: a stream, or whatever has streams and is closed afterwards, such as a client. */
export type Opened =
  | EventStream<TipEvent>
  | {
      /** Its stream. */
      tips(): EventStream<TipEvent>;
      /** Ends it when the channel is let go. */
      close(): Promise<unknown>;
    };

/** Makes the stream of a channel. */
export type Open = (channel: Channel, lease: Lease) => Opened | Promise<Opened>;

/** Where the tips go: a relay of `tipstream/redis`. */
export interface Publisher {
  /** Watches the stream and takes each tip when it is kept. */
  publish(
    stream: EventStream<TipEvent>,
    options: { fence: Fence; label: string },
  ): {
    /** Resolves when the stream has ended and all its tips are kept. */
    readonly done: Promise<void>;
    /** Watches no longer, and resolves when what was taken is kept. */
    stop(): Promise<void>;
  };
}

/** Why a channel was let go. */
export type Ending =
  /** Others shall have it. */
  | { why: 'back' }
  /** Others may have it already. */
  | { why: 'lost' }
  /** Nobody shall have it. */
  | { why: 'removed' }
  /** The stream ended, or could not be opened. */
  | { why: 'over'; error: TipstreamError | undefined };

/** A channel in the hands of this worker. */
export interface Hold {
  readonly channel: Channel;
  /** Lets it go. The first reason counts. */
  end(ending: Ending): void;
  /** Resolves, when nothing is asked any more and everything that came is written, with the reason. */
  readonly done: Promise<Ending>;
}

/** What it takes to hold a channel. */
export interface HoldOptions {
  channel: Channel;
  lease: HeldLease;
  open: Open;
  relay: Publisher;
  clock: Clock;
  /** What the stream is doing. */
  told(status: StreamStatus): void;
}

/** Closing is given so long: tips on their way 5 s, the checkpoint 10 s. */
const longestClosing = seconds(20);

const asError = (thrown: unknown): TipstreamError =>
  isTipstreamError(thrown)
    ? thrown
    : new TipstreamError({
        code: 'UPSTREAM',
        platform: 'fleet',
        message: `fleet: open() failed: ${withoutPassword(thrown instanceof Error ? thrown.message : String(thrown))}`,
        cause: bareError(thrown, withoutPassword),
      });

const streamOf = (opened: Opened): EventStream<TipEvent> => ('tips' in opened ? opened.tips() : opened);

/** Opens the stream of a channel and publishes it until it is let go. */
export function holdChannel({ channel, lease, open, relay, clock, told }: HoldOptions): Hold {
  let first: Ending | undefined;
  let settle = (_ending: Ending): void => {};
  const ended = new Promise<Ending>((resolve) => {
    settle = resolve;
  });
  const end = (ending: Ending): void => {
    // What is lost is asked no more, also while it is being handed back in good order.
    if (ending.why === 'lost') lease.end();
    if (first) return;
    first = ending;
    settle(ending);
  };

  const inTime = (work: Promise<unknown>): Promise<void> => atMost(clock, longestClosing, work);

  /** What it has is written before the stream is closed, whose checkpoint then stands behind it. */
  const publish = async (stream: EventStream<TipEvent>): Promise<void> => {
    stream.on('status', told);
    const publication = relay.publish(stream, { fence: lease.fence, label: 'fleet' });
    publication.done.then(
      () => end({ why: 'over', error: undefined }),
      (error) => end({ why: 'over', error: asError(error) }),
    );
    await ended;
    await inTime(publication.stop());
  };

  const run = async (): Promise<Ending> => {
    const opening = Promise.resolve().then(() => open(channel, lease));
    try {
      const won = await Promise.race([opening.then((opened) => ({ opened })), ended.then(() => undefined)]);
      if (won) {
        try {
          await publish(streamOf(won.opened));
        } finally {
          await inTime(Promise.resolve().then(() => won.opened.close()));
        }
      } else {
        // Whoever opens slowly finds it closed.
        opening.then((late) => late.close()).catch(() => {});
      }
    } catch (thrown) {
      end({ why: 'over', error: asError(thrown) });
    }
    lease.end();
    return first ?? (await ended);
  };

  return { channel, end, done: run() };
}
