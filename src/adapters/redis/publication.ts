import type { TipstreamError } from '../../core/errors.ts';
import { seconds } from '../../core/time.ts';
import { createConsumer, type Face } from '../../stream/consumer.ts';
import type { EventStream } from '../../stream/event-stream.ts';
import { originOf } from '../../stream/origin.ts';
import { hold, leave, pass, type Ticket } from '../../stream/ticket.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { redisError } from './client.ts';
import { writeTip } from './entry.ts';
import { type Fence, leaseLost } from './fence.ts';
import { outcomes } from './put-script.ts';
import { mostTips, type Writer, type Written } from './writer.ts';

/** How a stream is published. */
export interface PublishOptions {
  /** The lease under which is published; when it is lost, the publication ends with `STORE`. @default none */
  fence?: Fence | undefined;
  /**
   * How many tips wait in memory for Redis, of a source that cannot wait itself; beyond that the newest are dropped, and said as `gap`. A
   * polled source waits instead: it is asked no more once `ahead` of its tips (256, an option of the client) are not taken.
   * @default 10000 tips
   */
  buffer?: number | undefined;
  /** Stops it. */
  signal?: AbortSignal | undefined;
  /** Names it in `status`, `failed` and `gap`. @default 'publish' */
  label?: string | undefined;
}

/** Numbers of one publication. */
export interface PublicationStats {
  /** Tips that were written. */
  published: number;
  /** Tips whose ids stood in Redis already. */
  duplicates: number;
  /** What is no tip, or cannot be JSON: told as `failed`, and not published. */
  refused: number;
  /** Tips that are not in Redis yet. */
  waiting: number;
  /** Times that Redis failed, or did not answer. */
  failures: number;
}

/** A stream on its way to Redis. */
export interface Publication {
  /** Watches no more, writes what it has (5 s at most), and resolves. What is not written then is offered to the stream's next watcher. */
  stop(): Promise<void>;
  /** Resolves when the stream ended and everything is written, or after `stop()`; rejects with what ended it: the stream's own error, or `STORE` when the lease is lost. */
  readonly done: Promise<void>;
  /** Numbers since it began. */
  stats(): PublicationStats;
}

/** Steps under way at a time. */
const mostFlying = 2;
/** Tips in its own hands that are not under way; what comes beyond waits in the buffer of a watcher. */
const mostHeld = mostFlying * mostTips;
/** The waits after one, two, ... failures in a row; the last one stays. Short: a live stream stands behind it. */
const waits: readonly number[] = [100, 250, 500, 1000];
const stopWithin = seconds(5);

interface Held extends Written {
  readonly ticket: Ticket | undefined;
}

/** Watches a stream, and takes a tip when Redis has it. */
export function publish(stream: EventStream<TipEvent>, writer: Writer, options: PublishOptions = {}): Publication {
  const { fence, label = 'publish', buffer, signal } = options;
  const origin = originOf(stream);
  const { clock } = origin;
  const counts = { published: 0, duplicates: 0, refused: 0, failures: 0 };
  const held: Held[] = [];
  /** What is being written, and its answer. */
  const flying: { readonly tips: readonly Held[]; readonly answer: Promise<readonly number[]> }[] = [];
  let running: Promise<void> | undefined;
  let stopping = false;
  /** What is held goes to the next watcher. */
  let left = false;
  let row = 0;
  let wake = (): void => {};
  let end: { error: TipstreamError | undefined } | undefined;
  let settle = (_error: TipstreamError | undefined): void => {};
  const done = new Promise<void>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve());
  });
  // Whoever does not look at it is not punished with an unhandled rejection.
  done.catch(() => {});

  /** Resolves when `promise` does, after `ms`, or when it is woken. */
  const atMost = (ms: number, promise?: Promise<void>): Promise<void> =>
    new Promise((resolve) => {
      const over = (): void => {
        stop();
        resolve();
      };
      const stop = clock.after(ms, over);
      if (promise) void promise.then(over);
      else wake = over;
    });

  /** While the server is at one step, the next is on its way; it is refused where the one before it was not written. */
  const send = (): void => {
    while (flying.length < mostFlying && held.length > 0) {
      const tips = held.splice(0, mostTips);
      const answer = writer.put(tips, fence, flying.at(-1)?.tips.at(-1)?.id);
      answer.catch(() => {});
      flying.push({ tips, answer });
    }
  };

  const step = async (): Promise<void> => {
    send();
    const [first] = flying;
    if (!first) return;
    try {
      const results = await first.answer;
      row = 0;
      // All of a step stand under one lease.
      if (results.includes(outcomes.lost)) return fail(leaseLost('publish'));
      for (const outcome of results) counts[outcome === outcomes.written ? 'published' : 'duplicates'] += 1;
      flying.shift();
      for (const { ticket } of first.tips) pass(ticket);
    } catch (thrown) {
      const error = redisError('publish', thrown);
      counts.failures += 1;
      row += 1;
      // Once for an outage.
      if (row === 1) origin.emit('error', error);
      if (error.fatal) return fail(error);
      // What came of the others does not matter: what was written is known by its id.
      await Promise.allSettled(flying.map(({ answer }) => answer));
      if (!left) held.unshift(...flying.splice(0).flatMap(({ tips }) => tips));
      if (!left) await atMost(waits[row - 1] ?? waits.at(-1) ?? 0);
    }
  };

  const work = async (): Promise<void> => {
    // What comes in the same turn is written together.
    await undefined;
    while (!left && (flying.length > 0 || held.length > 0)) {
      consumer.stall.holds((flying[0]?.tips[0] ?? held[0])?.ticket);
      await step();
      face.busy = stopping || held.length >= mostHeld;
      consumer.drain();
    }
    consumer.stall.holds(undefined);
    for (const { tips } of flying.splice(0)) for (const { ticket } of tips) leave(ticket);
    running = undefined;
    if (end) settle(end.error);
  };

  const face: Face<TipEvent> = {
    // What earlier watchers left comes in at once, before there is a consumer.
    busy: true,
    take(event, ticket, isHeld) {
      if (!isHeld) hold(ticket);
      try {
        held.push({ id: event.id, json: writeTip(event), ticket });
      } catch (error) {
        counts.refused += 1;
        origin.emit('failed', { event, error, label });
        return pass(ticket);
      }
      face.busy = stopping || held.length >= mostHeld;
      running ??= work();
    },
    over(error) {
      end ??= { error };
      if (!running) settle(end.error);
    },
    giveBack(give) {
      left = true;
      for (const { ticket } of held.splice(0)) give(ticket);
      wake();
    },
    running: () => running && atMost(stopWithin, running),
  };

  // A buffer is for who cannot wait: a source that can would be made to drop.
  const patient = origin.ahead < Number.POSITIVE_INFINITY;
  const consumer = createConsumer(origin, { label, signal, ...(!patient && { buffer }) }, face);

  const fail = (error: TipstreamError): void => {
    end ??= { error };
    consumer.stop();
  };

  face.busy = false;
  consumer.drain();
  return {
    done,
    async stop() {
      if (consumer.gone) return;
      stopping = face.busy = true;
      if (running) await atMost(stopWithin, running);
      consumer.stop();
    },
    stats: () => ({
      ...counts,
      waiting: flying.reduce((sum, { tips }) => sum + tips.length, held.length + consumer.ring.size),
    }),
  };
}
