import { isTipstreamError, TipstreamError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { checkDuration, defaults } from '../core/options.ts';
import { type Clock, type Random, seconds } from '../core/time.ts';
import type { EventStream } from './event-stream.ts';
import { poll } from './poll.ts';
import type { SourceSettings } from './poll-options.ts';
import type { TipEvent, UniformTip } from './tip-event.ts';
import type { Invalid, ReadTip } from './tip-wire.ts';
import { validateNormalizedEvent } from './validate.ts';
import { type TipView, tipsOf } from './views.ts';

/** How `pollTips` asks a platform that this library does not know. */
export interface PollTipsOptions<E> extends SourceSettings, TipView {
  /** Names the platform in tips, errors and `status`. */
  platform: string;
  /** Whose room it is. */
  channel?: string | undefined;
  /**
   * Asks once. The first call gets no cursor, each later one the cursor of the answer before. An answer without a cursor keeps the
   * last one. Throw a `TipstreamError` to say how long to wait; whatever else it throws is asked again later.
   */
  fetch: (
    cursor: string | undefined,
    signal: AbortSignal,
  ) => Promise<{ events: readonly E[]; cursor?: string | undefined }>;
  /**
   * Makes a tip of an event, or nothing where it is none. An `id` that it gives tells a re-delivery from an equal tip; without one each
   * event is a tip of its own. What it throws is told as `invalid`.
   */
  toTip: (event: E) => (UniformTip & Partial<TipEvent>) | undefined;
  /** Milliseconds from one question to the next. @default seconds(5) */
  interval?: number | undefined;
  /** Events from before the start. @default 'deliver' */
  backlog?: 'deliver' | 'mark' | 'skip' | undefined;
  /** The endpoint gives each event once and knows no cursor: with a checkpoint, what was read is kept until it is taken. @default false */
  drains?: boolean | undefined;
  /** The source of time. @default the machine's */
  clock?: Clock | undefined;
  /** The source of random numbers. @default Math.random */
  random?: Random | undefined;
  /** Where warnings and errors go; `false` silences them. @default consoleLogger() */
  logger?: Logger | false | undefined;
}

/** An event beside the tip that was made of it, or the reason why none could be. */
interface Made<E> {
  event: E;
  tip: (UniformTip & Partial<TipEvent>) | Invalid | undefined;
}

/**
 * A stream of tips from a platform that this library does not know, with everything that the built-in ones have: waits, checkpoint,
 * duplicates dropped by id, back-pressure.
 *
 * @throws {TipstreamError} `CONFIG`
 *
 * @example
 * ```ts
 * import { pollTips } from 'tipstream';
 * const tips = pollTips<{ id: string; amount: number; name: string }>({
 *   platform: 'my-shop',
 *   fetch: async (cursor, signal) => (await fetch(`https://shop.example/donations?after=${cursor ?? ''}`, { signal })).json(),
 *   toTip: ({ id, amount, name }) => ({ platform: 'my-shop', id: `my-shop:-:${id}`, amount, tipper: name, message: '', timestamp: Date.now() / 1000, unit: 'EUR' }),
 * });
 * ```
 */
export function pollTips<E>(options: PollTipsOptions<E>): EventStream<TipEvent> {
  const {
    platform,
    channel,
    interval = seconds(5),
    clock = defaults.clock,
    random = defaults.random,
    fetch: ask,
  } = options;
  checkDuration(platform, 'interval', interval);

  const made = (event: E): Made<E> => {
    try {
      const tip = options.toTip(event);
      validateNormalizedEvent(tip ?? nothing);
      return { event, tip: tip && complete(tip) };
    } catch (error) {
      return { event, tip: { invalid: isTipstreamError(error) ? error.message : 'toTip threw', path: '' } };
    }
  };

  const complete = ({ id: given, ...tip }: UniformTip & Partial<TipEvent>): Made<E>['tip'] => {
    const anonymous = tip.anonymous ?? tip.tipper === 'Anonymous';
    // An API may give `null`, `''` or a number: only what is there tells a re-delivery from an equal tip.
    const id = textOf(given);
    const whole = {
      ...tip,
      ...(id !== undefined && { id }),
      unit: tip.unit ?? 'token',
      anonymous,
      ...(channel !== undefined && { channel }),
    };
    if (!anonymous) return whole;
    const { tipperId: _id, avatarUrl: _picture, ...nameless } = whole;
    return { ...nameless, tipper: 'Anonymous' };
  };

  const read: ReadTip = (made, { id }) => {
    const { event, tip } = made as Made<E>;
    if (!tip || 'invalid' in tip) return tip;
    const whole = { ...tip, id: tip.id ?? `${platform}:${channel ?? '-'}:${id}` } as TipEvent;
    return options.raw ? Object.defineProperty(whole, 'raw', { value: event }) : whole;
  };

  const source = poll<Made<E>>({
    ...options,
    drains: options.drains ?? false,
    backlog: options.backlog ?? 'deliver',
    interval,
    clock,
    random,
    checkpointKey: `tipstream:${platform}:-:${channel ?? '-'}`,
    eventId: ({ tip }) => (tip && 'id' in tip ? tip.id : undefined),
    eventTime: ({ tip }) => (tip && 'timestamp' in tip ? tip.timestamp * 1000 : undefined),
    mask: (made) => (isNameless(made) ? { tip: made.tip } : made) as Made<E>,
    text: (made) => JSON.stringify(isNameless(made) ? { ...made.tip, timestamp: 0 } : made.event),
    async ask(cursor, signal) {
      const began = clock.now();
      const { events, cursor: next }: Partial<Awaited<ReturnType<typeof ask>>> = Object(
        await orAborted(ask(cursor, signal), signal),
      );
      if (!Array.isArray(events))
        throw new TipstreamError({
          code: 'SCHEMA',
          platform,
          message: `${platform}: fetch gave no list of events; return { events, cursor }`,
        });
      return { events: events.map(made), cursor: textOf(next), elapsedMs: clock.now() - began };
    },
  });
  return tipsOf(source, read, { ...options, raw: false });
}

const nothing: UniformTip = { platform: '', amount: 0, tipper: '', message: '', timestamp: 0 };

/** What an app's own function gave in the place of a text. */
const textOf = (value: unknown): string | undefined => (value == null || value === '' ? undefined : String(value));

const isNameless = ({ tip }: Made<unknown>): boolean =>
  tip !== undefined && 'anonymous' in tip && tip.anonymous === true;

/** A `fetch` that does not look at its signal must not hold the stream up. */
function orAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
