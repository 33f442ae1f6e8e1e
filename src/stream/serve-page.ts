import { TipstreamError } from '../core/errors.ts';
import { checkDuration, defaults, type Fetch } from '../core/options.ts';
import { type Clock, type Random, seconds, sleep } from '../core/time.ts';
import type { EventStream, StreamGap } from './event-stream.ts';
import { originOf } from './origin.ts';
import { check, parse, problem, request } from './serve-address.ts';
import { createSseReader } from './serve-sse.ts';
import { createSource, type Source } from './source.ts';
import type { TipEvent } from './tip-event.ts';

/** How a stream is taken from the wire. */
export interface FromUrlOptions {
  /** Sends the requests, e.g. with a cookie. @default the global `fetch`, looked up at every request */
  fetch?: Fetch | undefined;
  /**
   * How long the server may be silent before the connection counts as dead, in milliseconds: three of its heartbeats.
   * @default seconds(45)
   */
  silence?: number | undefined;
  /** The source of time. @default the machine's */
  clock?: Clock | undefined;
  /** The source of random numbers. @default Math.random */
  random?: Random | undefined;
}

/** What is known from one connection to the next. */
interface Place {
  id: string | undefined;
  /** The longest first wait before a reconnect, in milliseconds. */
  base: number;
  failures: number;
  /** When the last connection was lost, Unix time in milliseconds. */
  lostAt: number | undefined;
}

/**
 * The stream that a server gives with `toResponse(stream, { format: 'sse' })`, in a page or in another program. A cut
 * connection is made again after a random part of 1, 2, 4 ... 30 s, or after the wait that the server asks for, and goes
 * on where it was: each tip comes once, and what the server cannot show complete is a `gap`. The stream ends when
 * it is stopped, when the server answers 204, and on 401 and 403.
 *
 * To another origin than the page's, the place is sent as `?lastEventId=`: a header would need a preflight.
 *
 * @throws {TipstreamError} `CONFIG` for an address that is none; to the watchers `AUTH` or `PERMISSION`.
 *
 * @example
 * ```ts
 * import { fromUrl } from 'tipstream';
 * const tips = fromUrl('https://tips.example/tips');
 * const stop = tips.subscribe((tip) => console.log(tip.tipper, tip.amount));
 * stop();
 * ```
 */
export function fromUrl(url: string | URL, options: FromUrlOptions = {}): EventStream<TipEvent> {
  const { silence = seconds(45), fetch = defaults.fetch, clock = defaults.clock, random = defaults.random } = options;
  checkDuration('fromUrl', 'silence', silence);
  const page = (globalThis as { location?: { href: string; origin: string } }).location;
  const address = parse(url, page?.href);
  const inQuery = page !== undefined && page.origin !== address.origin;
  const place: Place = { id: undefined, base: seconds(1), failures: 0, lostAt: undefined };

  /** One connection, from its request to its end. `false`: the server wants no other. */
  const connect = async (source: Source<TipEvent>, signal: AbortSignal): Promise<boolean> => {
    const connection = new AbortController();
    const stop = (): void => {
      silent();
      connection.abort();
    };
    let silent = clock.after(silence, stop);
    const heard = (): void => {
      silent();
      silent = clock.after(silence, stop);
    };
    signal.addEventListener('abort', stop, { once: true });
    let open = false;
    try {
      const response = await fetch(request(address, place.id, inQuery), { signal: connection.signal });
      if (response.status === 204) return false;
      check(response, address);
      open = true;
      source.status('live');
      // A server that gives no ids cannot send what was missed.
      if (place.lostAt !== undefined && place.id === undefined)
        source.gap({ reason: 'disconnected', from: place.lostAt });
      await read(response, source, place, heard, clock);
      return true;
    } catch (error) {
      if (signal.aborted || error instanceof TipstreamError) throw error;
      if (connection.signal.aborted) throw problem(address, 'TIMEOUT', `nothing was heard for ${silence / 1000} s`);
      // A cut is the rhythm of such a connection; to get none is a failure.
      if (open) return true;
      throw problem(address, 'NETWORK', 'no connection, or the server forbids pages (CORS)', error);
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
      if (open) place.lostAt = clock.now();
    }
  };

  const run = async (source: Source<TipEvent>, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      let retryAfterMs = 0;
      let reason = 'the connection was lost';
      source.status('connecting');
      try {
        if (!(await connect(source, signal))) return source.end();
      } catch (error) {
        if (signal.aborted || !(error instanceof TipstreamError)) return;
        retryAfterMs = error.retryAfterMs ?? 0;
        reason = error.message;
        source.fail(error);
      }
      if (signal.aborted) return;
      const wait = Math.max(retryAfterMs, random() * Math.min(place.base * 2 ** place.failures, seconds(30)));
      place.failures += 1;
      source.status('waiting', reason);
      await sleep(clock, wait, signal).catch(() => {});
    }
  };

  return createSource<TipEvent>({
    platform: address.host,
    clock,
    id: (tip) => tip.id,
    start(source) {
      const controller = new AbortController();
      void run(source, controller.signal);
      return () => controller.abort();
    },
  }).stream;
}

async function read(
  response: Response,
  source: Source<TipEvent>,
  place: Place,
  heard: () => void,
  clock: Clock,
): Promise<void> {
  const openedAt = clock.now();
  const feed = createSseReader({
    id(id) {
      place.id = id;
    },
    retry(ms) {
      place.base = ms;
    },
    message({ event, data }) {
      place.failures = 0;
      const value = parseJson(data);
      if (event === 'gap') source.gap(readGap(value));
      else if (event === 'message' && isTip(value)) void source.push(value);
      else if (event === 'message')
        originOf(source.stream).emit('invalid', {
          platform: originOf(source.stream).platform,
          path: 'data',
          code: 'no tip',
        });
    },
  });
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  while (reader) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    if (clock.now() - openedAt >= seconds(5)) place.failures = 0;
    feed(decoder.decode(value, { stream: true }));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isNumber = (value: unknown): value is number => Number.isFinite(value);

const isTip = (value: unknown): value is TipEvent =>
  isObject(value) &&
  isNumber(value.amount) &&
  isNumber(value.timestamp) &&
  ['platform', 'tipper', 'message', 'id'].every((name) => typeof value[name] === 'string');

function readGap(value: unknown): Pick<StreamGap, 'reason' | 'from' | 'count'> {
  const { reason, from, count } = isObject(value) ? value : {};
  return {
    reason: typeof reason === 'string' ? reason : 'disconnected',
    ...(isNumber(from) && { from }),
    ...(isNumber(count) && { count }),
  };
}
