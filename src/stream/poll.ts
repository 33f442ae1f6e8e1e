import { isTipstreamError, type RateLimit, TipstreamError } from '../core/errors.ts';
import { type Stop, sleep } from '../core/time.ts';
import { isTimeoutLike, timeoutWaits, waitAfter } from './back-off.ts';
import { createCheckpoint } from './checkpoint.ts';
import { createHub, type Hub } from './hub.ts';
import { createPages, type Received } from './pages.ts';
import type { Batch, PollOptions } from './poll-options.ts';
import { createReading } from './reading.ts';

/** A polled source, watched like any other. */
export interface Poll<E> extends Hub<Received<E>> {
  /** Forgets cursor, memory and checkpoint: the next start is a cold one. */
  forget(): Promise<void>;
}

/** What a checkpoint holds: `page` are masked events that upstream gives no second time, `window` the last masked page of an overlapping source. */
interface Saved<E> {
  v: 1;
  cursor?: string;
  taken?: string;
  page?: readonly Received<E>[];
  window?: readonly string[];
}

/** Answers that may wait for a store that fails before the source is asked no more. */
const mostPages = 10;
/** Answers of a draining source that are kept behind an event that was refused before it is asked no more. */
const mostKept = 1000;
/** Calls left from which on a warning is worth it (EV-26). */
const fewLeft = 10;

/** Asks again and again, in the rhythm that the answers call for, while somebody watches. */
export function poll<E>(options: PollOptions<E>): Poll<E> {
  const { platform, channel, clock, logger, drains, interval, ahead = 256, mask = (event: E) => event } = options;
  /** Upstream gives nothing a second time, so what is not committed is kept by us. */
  const kept = drains || options.overlap === true;
  let cursor: string | undefined;
  let loaded = !options.checkpoint;
  let timeouts = 0;
  let running: Promise<void> = Promise.resolve();

  const hub = createHub<Received<E>>({
    platform,
    channel,
    dialect: options.dialect,
    clock,
    patient: true,
    ahead,
    durable: options.checkpoint !== undefined,
    start() {
      const controller = new AbortController();
      // A run that is still at its last answer comes to its end first: two would steal each other's events.
      running = running.then(() => run(controller.signal));
      return () => controller.abort();
    },
    writing: () => checkpoint?.ending,
    async settle() {
      if (hub.watchers > 0) return checkpoint?.flush();
      await running;
      await checkpoint?.close();
    },
  });

  /** EV-35 */
  const logLine = (text: string): string =>
    `[${platform}] [${new Date(clock.now()).toISOString().slice(11, 19)}] ${text}`;

  const report = (error: TipstreamError): void => {
    hub.error(error);
    if (!logger) return;
    if (error.fatal) logger.error?.(logLine(error.message));
    else logger.warn?.(logLine(error.message));
  };

  const gap = (reason: string, from?: number): void =>
    hub.emit('gap', {
      platform,
      ...(channel !== undefined && { channel }),
      ...(from !== undefined && { from }),
      to: clock.now(),
      reason,
    });

  const reading = createReading(options, { counters: hub.counters, gap, report });
  const pages = createPages<E>(kept, (pageEnd) => checkpoint?.touch(pageEnd));

  const snapshot = (): Saved<E> => {
    const { oldest } = pages;
    const from = oldest ? oldest.cursor : cursor;
    const last = oldest?.list[oldest.committed - 1];
    return {
      v: 1,
      ...(from !== undefined && { cursor: from }),
      ...(last && !kept && { taken: last.id }),
      ...(kept && { page: pages.pending().map((received) => ({ ...received, event: mask(received.event) })) }),
      ...(options.overlap && { window: reading.window }),
    };
  };

  const checkpoint =
    options.checkpoint &&
    createCheckpoint({
      platform,
      option: options.checkpoint,
      key: options.checkpointKey,
      clock,
      snapshot,
      failed: report,
    });

  const deliver = (from: string | undefined, list: readonly Received<E>[]): void => {
    const page = pages.open(from, cursor, list);
    for (const received of list) hub.push(received, page);
  };

  /** Goes on where the last process stopped. */
  const resume = async (): Promise<void> => {
    const saved = (await checkpoint?.load()) as Saved<E> | undefined;
    loaded = true;
    if (saved?.v !== 1) return;
    cursor = saved.cursor;
    reading.resumeAfter = saved.taken;
    reading.window = saved.window ?? [];
    reading.cold = false;
    if (saved.page?.length) deliver(cursor, saved.page);
  };

  const receive = async (batch: Batch<E>): Promise<void> => {
    timeouts = 0;
    const from = cursor;
    const list = reading.read(batch);
    cursor = batch.cursor ?? cursor;
    const page = pages.open(from, cursor, list);
    // What upstream gives no second time is written down before anybody acts on it.
    if (checkpoint && kept && list.length > 0) {
      checkpoint.touch();
      await checkpoint.flush();
    }
    await checkpoint?.ending;
    hub.succeeded();
    // Once for a page: reading the clock for every event is what costs most of a push.
    if (list.length > 0) hub.counters.lastEventAt = clock.now();
    for (const received of list) hub.push(received, page);
  };

  /** Says what a failure means and answers with the milliseconds to wait, or `undefined` where the stream ends. */
  const failed = (error: TipstreamError, began: number): number | undefined => {
    // The answer had begun: what it held was handed out and did not arrive.
    if (drains && error.sent === 'yes' && (error.status ?? 400) < 300 && error.code !== 'UPSTREAM')
      gap('truncated', began);
    report(error);
    if (error.fatal) {
      hub.end(error);
      return undefined;
    }
    const wait = waitAfter(error, timeouts, interval);
    if (isTimeoutLike(error)) timeouts += 1;
    const degraded = timeouts < timeoutWaits.length ? '' : `; ${timeouts} failures in a row`;
    hub.status('waiting', { reason: error.message + degraded, retryAt: clock.now() + wait });
    return wait;
  };

  /** EV-26 */
  const almost = (rateLimit: RateLimit | undefined): void => {
    hub.emit('ratelimit', { platform, rate: 'events', ...rateLimit });
    if (logger) logger.warn?.(logLine(`rate limit almost reached: ${rateLimit?.remaining} left`));
  };

  const fullBecause = (): string | undefined => {
    if (hub.untaken >= ahead) return `${hub.untaken} events are not taken yet`;
    if (checkpoint?.failing && pages.size >= mostPages)
      return `the checkpoint store fails and ${pages.size} answers wait for it`;
    if (checkpoint && kept && pages.size >= mostKept)
      return `${pages.size} answers wait behind an event that was refused; watch again`;
    return undefined;
  };

  /** Waits until there is room for another answer. */
  const room = async (signal: AbortSignal): Promise<void> => {
    const reason = fullBecause();
    if (!reason) return;
    hub.status('behind', { reason });
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!signal.aborted && fullBecause()) return;
        for (const stop of stops) stop();
        signal.removeEventListener('abort', look);
        resolve();
      };
      // A store that works again says nothing: it is looked at once a second.
      const tick = (): void => {
        stops[1] = clock.after(1000, tick);
        look();
      };
      const stops: Stop[] = [hub.afterTaken(look)];
      if (checkpoint) tick();
      signal.addEventListener('abort', look, { once: true });
    });
  };

  /** One question and what follows from it: the milliseconds to wait, or `undefined` at the end. */
  const once = async (signal: AbortSignal): Promise<number | undefined> => {
    const began = clock.now();
    try {
      if (!loaded) await resume();
      await room(signal);
      if (signal.aborted) return undefined;
      hub.counters.polls += 1;
      const batch = await options.ask(cursor, signal);
      // Also when the last watcher has left meanwhile: what was handed out is kept for the next one.
      await receive(batch);
      if ((batch.rateLimit?.remaining ?? fewLeft) < fewLeft) almost(batch.rateLimit);
      if (signal.aborted) return undefined;
      hub.status('live');
      return batch.again ? 0 : Math.max(0, interval - (clock.now() - began));
    } catch (thrown) {
      return signal.aborted ? undefined : failed(asError(platform, thrown), began);
    }
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    if (!signal.aborted) hub.status('connecting');
    for (let wait: number | undefined = 0; wait !== undefined && !signal.aborted; ) {
      wait = await once(signal);
      if (wait) await sleep(clock, wait, signal).catch(() => {});
    }
  };

  return Object.assign(hub, {
    async forget() {
      await running;
      await checkpoint?.forget();
      cursor = undefined;
      reading.forget();
    },
  });
}

/** What is none of our errors came from somebody else's `fetch`. */
function asError(platform: string, thrown: unknown): TipstreamError {
  if (isTipstreamError(thrown)) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new TipstreamError({
    code: thrown instanceof TypeError ? 'NETWORK' : 'UPSTREAM',
    platform,
    message: `${platform}: asking failed: ${text}`,
    retryable: true,
    cause: thrown,
  });
}
