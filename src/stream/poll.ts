import { bareError } from '../core/bare-error.ts';
import { isTipstreamError, type RateLimit, TipstreamError } from '../core/errors.ts';
import { sleep } from '../core/time.ts';
import { isTimeoutLike, timeoutWaits, waitAfter } from './back-off.ts';
import { createCheckpoint, withoutPassword } from './checkpoint.ts';
import { inGrace } from './grace.ts';
import { createHub, type Hub } from './hub.ts';
import { createLog } from './log.ts';
import { createPages, type Page, type Received } from './pages.ts';
import type { Batch, PollOptions } from './poll-options.ts';
import { createReading } from './reading.ts';
import { readSaved, type Saved } from './saved.ts';

/** A polled source, watched like any other. */
export interface Poll<E> extends Hub<Received<E>> {
  /** Forgets cursor, memory and checkpoint: the next start is a cold one. */
  forget(): Promise<void>;
}

/** Answers of a draining source that may wait for a store that fails before it is asked no more. */
const mostPages = 10;
/** Answers of a draining source that are kept behind an event that was refused before it is asked no more. */
const mostKept = 1000;
/** Calls left from which on a warning is worth it (EV-26). */
const fewLeft = 10;

/** Asks again and again, in the rhythm that the answers call for, while somebody watches. */
export function poll<E>(options: PollOptions<E>): Poll<E> {
  const { platform, clock, drains, interval, ahead = 256, mask = (event: E) => event } = options;
  const log = createLog(platform, clock, options.logger);
  /** Upstream gives nothing a second time, so what is not committed is kept by us. */
  const kept = !!options.checkpoint && (drains || options.overlap === true);
  let cursor: string | undefined;
  let loaded = !options.checkpoint;
  let timeouts = 0;
  /** What the last process left comes before a question: an upstream that hands out anew what no second question confirmed then repeats less. */
  let left: { page: Page<E>; until: number } | undefined;
  /** How often everything was forgotten: an answer to a question from before says nothing of where to go on. */
  let epoch = 0;
  let running: Promise<void> = Promise.resolve();

  const hub = createHub<Received<E>>({
    ...options,
    patient: true,
    ahead,
    durable: options.checkpoint !== undefined,
    start() {
      checkpoint?.open();
      const controller = new AbortController();
      // A run that is still at its last answer comes to its end first: two would steal each other's events.
      running = running.then(() => run(controller.signal));
      return () => {
        controller.abort();
        hub.fewer?.();
      };
    },
    writing: () => checkpoint?.ending,
    async settle() {
      if (hub.watchers === 0) await running;
      await (hub.watchers > 0 ? checkpoint?.flush() : checkpoint?.close());
    },
  });

  const report = (error: TipstreamError): void => {
    hub.emit('error', error);
    log(error.fatal ? 'error' : 'warn', error.message);
  };

  const reading = createReading(options, { counters: hub.counters, gap: (gap) => hub.gap(gap), report });
  const pages = createPages<E>(kept, (pageEnd) => checkpoint?.touch(pageEnd));

  const snapshot = (): Saved<E> => {
    const { oldest } = pages;
    return {
      v: 1,
      // What is kept needs no second answer: the cursor goes on behind it.
      cursor: kept || !oldest ? cursor : oldest.cursor,
      taken: kept ? undefined : (oldest?.list[oldest.committed - 1]?.id ?? oldest?.after),
      page: kept ? pages.pending().map((received) => ({ ...received, event: mask(received.event) })) : undefined,
      window: options.overlap ? reading.window : undefined,
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

  const deliver = (page: Page<E>): void => {
    for (const received of page.list) hub.push(received, page);
  };

  /** Goes on where the last process stopped. */
  const resume = async (): Promise<void> => {
    const saved = readSaved<E>(platform, await checkpoint?.load());
    loaded = true;
    if (!saved) return;
    cursor = saved.cursor;
    reading.resume(saved);
    const page = pages.open(cursor, saved.page ?? [], false);
    left = { page, until: clock.now() + interval };
    deliver(page);
  };

  const receive = async (batch: Batch<E>, asked: number): Promise<void> => {
    timeouts = 0;
    const from = cursor;
    const after = reading.resumeAfter;
    const list = reading.read(batch);
    if (asked === epoch) cursor = batch.cursor ?? cursor;
    const page = pages.open(from, list, cursor !== from, after);
    // What upstream gives no second time is written down before anybody acts on it.
    if (checkpoint && kept && list.length > 0) {
      checkpoint.touch();
      await checkpoint.flush();
    }
    await checkpoint?.ending;
    hub.succeeded();
    // Once for a page: reading the clock for every event is what costs most of a push.
    if (list.length > 0) hub.counters.lastEventAt = clock.now();
    deliver(page);
  };

  /** Says what a failure means and answers with the milliseconds to wait, or `undefined` where the stream ends. */
  const failed = (error: TipstreamError, began: number, signal: AbortSignal): number | undefined => {
    // No answer, or one that broke off: what it held may have been handed out, and did not arrive. One that refuses holds nothing.
    const { code, sent, status = -1 } = error;
    if (drains && sent !== 'no' && status < (code === 'UPSTREAM' ? 0 : 300))
      hub.gap({ reason: 'truncated', from: began });
    report(error);
    if (error.fatal) {
      hub.end(error);
      return undefined;
    }
    // Whoever listens may have stopped it.
    if (signal.aborted) return undefined;
    const wait = waitAfter(error, timeouts, interval);
    if (isTimeoutLike(error)) timeouts += 1;
    const degraded = timeouts < timeoutWaits.length ? '' : `; ${timeouts} failures in a row`;
    hub.status('waiting', { reason: error.message + degraded, retryAt: clock.now() + wait });
    return wait;
  };

  /** EV-26 */
  const warnEarly = (rateLimit: RateLimit | undefined): void => {
    const { remaining = fewLeft } = rateLimit ?? {};
    if (remaining >= fewLeft) return;
    hub.emit('ratelimit', { platform, rate: 'events', ...rateLimit });
    log('warn', `rate limit almost reached: ${remaining} left`);
  };

  const fullBecause = (): string | undefined => {
    if (hub.untaken >= ahead) return `${ahead} events are not taken yet`;
    if (kept && checkpoint?.failing && pages.size >= mostPages)
      return `the checkpoint store fails and ${pages.size} answers wait`;
    if (kept && pages.size >= mostKept) return `${pages.size} answers wait behind a refused event; watch again`;
    if (left && !left.page.complete && clock.now() < left.until) return 'what was left is taken first';
    left = undefined;
    return undefined;
  };

  /** Waits until there is room for another answer. */
  const room = async (signal: AbortSignal): Promise<void> => {
    for (let reason = fullBecause(); reason && !signal.aborted; reason = fullBecause()) {
      hub.status('behind', { reason });
      await new Promise<void>((resolve) => {
        // A store that works again says nothing: it is looked at once a second.
        const stop = clock.after(Math.min(1000, interval), resolve);
        hub.fewer = () => {
          // Looked at for every event: the reason is put into words only where it may be over.
          if (!signal.aborted && (hub.untaken >= ahead || fullBecause())) return;
          stop();
          resolve();
        };
      });
      hub.fewer = undefined;
    }
  };

  /** One question and what follows from it: the milliseconds to wait, or `undefined` at the end. */
  const once = async (signal: AbortSignal): Promise<number | undefined> => {
    let began = clock.now();
    let asking = false;
    try {
      if (!loaded) await resume();
      await room(signal);
      if (signal.aborted) return undefined;
      hub.counters.polls += 1;
      began = clock.now();
      asking = true;
      const asked = epoch;
      const batch = await (drains
        ? inGrace(signal, (longer) => options.ask(cursor, longer))
        : options.ask(cursor, signal));
      asking = false;
      // Also when the last watcher has left meanwhile: what was handed out is kept for the next one.
      await receive(batch, asked);
      warnEarly(batch.rateLimit);
      if (signal.aborted) return undefined;
      hub.status('live');
      // At most the interval, also when the clock was set back.
      return batch.again ? 0 : Math.min(interval, Math.max(0, interval - (clock.now() - began)));
    } catch (thrown) {
      if (!signal.aborted) return failed(ours(thrown), began, signal);
      // It may have been handed out while nobody waited for it any more.
      if (drains && asking) hub.gap({ reason: 'truncated', from: began });
      return undefined;
    }
  };

  /** What is none of our errors came from an app's own function. It may print the address that it asked, with a key in it. */
  const ours = (thrown: unknown): TipstreamError => {
    if (isTipstreamError(thrown)) return thrown;
    const cause = bareError(thrown, withoutPassword);
    return new TipstreamError({
      code: thrown instanceof TypeError ? 'NETWORK' : 'UPSTREAM',
      platform,
      sent: 'maybe',
      message: `${platform}: asking failed: ${cause.message}`,
      retryable: true,
      cause,
    });
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return;
    if (reading.cold) reading.since = Math.min(reading.since, clock.now());
    hub.status('connecting');
    for (let wait: number | undefined = 0; wait !== undefined && !signal.aborted; ) {
      wait = await once(signal);
      if (wait) await sleep(clock, wait, signal).catch(() => {});
    }
  };

  return Object.assign(hub, {
    async forget() {
      epoch += 1;
      if (hub.watchers === 0) await running;
      await checkpoint?.forget();
      cursor = undefined;
      reading.forget();
    },
  });
}
