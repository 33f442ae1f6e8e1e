import { TipstreamError } from '../core/errors.ts';
import { checkDuration } from '../core/options.ts';
import { type Stop, seconds } from '../core/time.ts';
import type { EventStream, StreamGap } from './event-stream.ts';
import { type Entry, type Page, type Relay, type RelayOptions, relayOf } from './serve-relay.ts';

export { type FromUrlOptions, fromUrl } from './serve-page.ts';

/** How a stream is put on the wire. */
export interface ServeOptions<T> extends RelayOptions {
  /** `sse` for pages (`EventSource`, `fromUrl`), `ndjson` for programs: one JSON value a line. */
  format: 'sse' | 'ndjson';
  /** The request that is answered: its `Last-Event-ID`, or `?lastEventId=`, says where to go on, its `signal` ends the answer. */
  request?: Request | undefined;
  /**
   * How long the answer may be silent, in milliseconds. Then a comment is sent (an empty line in `ndjson`), so that
   * whoever sits between keeps the connection and a page notices a dead one.
   * @default seconds(15)
   */
  heartbeat?: number | undefined;
  /**
   * The id of an event.
   * @default its `id`, where that is text
   */
  id?: ((event: T) => string | undefined) | undefined;
  /** Sent beside the answer's own headers, e.g. `access-control-allow-origin`. */
  headers?: Record<string, string> | undefined;
}

/** How a format says things. */
interface Format {
  type: string;
  beat: string;
  /** The first words: where the page stands before it saw anything. */
  hello(placeId: string): string;
  entry(entry: Entry): string;
}

const formats: Record<ServeOptions<unknown>['format'], Format> = {
  sse: {
    type: 'text/event-stream',
    beat: ':\n\n',
    hello: (id) => `:\nid: ${id}\n\n`,
    entry: ({ gap, id, json }) => `${gap ? 'event: gap\n' : ''}id: ${id}\ndata: ${json}\n\n`,
  },
  ndjson: {
    type: 'application/x-ndjson',
    beat: '\n',
    hello: () => '\n',
    entry: ({ gap, json }) => (gap ? `{"gap":${json}}\n` : `${json}\n`),
  },
};

/** How many entries are put into one piece of the answer. */
const piece = 64;

/**
 * Answers a request with a stream that goes on: tokens stay on the server, tips go to the page. All answers of one stream
 * share one watcher and a bounded replay, so a page that was cut off and presents the id that it saw last gets what it
 * missed, and what cannot be shown complete is said as a gap (`event: gap`, or `{"gap":{...}}`). A page sees what comes from
 * now on; a slow one gets what the replay still holds.
 *
 * @returns An answer with status 200 that ends with the stream; or 503 with `Retry-After` for a minute after the stream
 *   ended in an error, so that pages that come back do not hammer the platform.
 * @throws {TipstreamError} `CONFIG` for options that cannot work, or that differ from those the stream is served with already.
 *
 * @example
 * ```ts
 * import { createSource, testTip, toResponse, type TipEvent } from 'tipstream';
 * const tips = createSource<TipEvent>({ platform: 'my-shop' });
 * const handler = (request: Request): Response => toResponse(tips.stream, { format: 'sse', request });
 * const answer = handler(new Request('https://shop.example/tips'));
 * console.log(answer.headers.get('content-type')); // text/event-stream
 * await answer.body?.cancel();
 * await tips.stream.close();
 * ```
 */
export function toResponse<T>(stream: EventStream<T>, options: ServeOptions<T>): Response {
  const { request, heartbeat = seconds(15), id = ownId } = options;
  const format = Object.hasOwn(formats, options.format) && formats[options.format];
  if (!format)
    throw new TipstreamError({
      code: 'CONFIG',
      message: `toResponse: the format '${options.format}' is not known; use 'sse' or 'ndjson'`,
    });
  checkDuration('toResponse', 'heartbeat', heartbeat);
  const relay = relayOf(stream, options, id);
  const presented =
    request && (request.headers.get('last-event-id') || new URL(request.url).searchParams.get('lastEventId'));
  const found = presented ? relay.find(presented) : relay.end;
  const restMs = relay.restUntil - relay.clock.now();
  if (restMs > 0 && found === relay.end)
    return new Response(null, {
      status: 503,
      headers: { ...options.headers, 'retry-after': String(Math.ceil(restMs / 1000)) },
    });
  const position = found ?? relay.first;
  const hello = format.hello(relay.placeId(position));
  const opening = found === undefined ? gapEntry(format, relay, 'restart') + hello : hello;
  return new Response(body(relay, format, opening, position, heartbeat, request?.signal), {
    headers: {
      'content-type': format.type,
      'cache-control': 'no-store, no-transform',
      // nginx would keep the answer back until there is enough of it.
      'x-accel-buffering': 'no',
      ...options.headers,
    },
  });
}

function body(
  relay: Relay,
  format: Format,
  opening: string,
  position: number,
  heartbeat: number,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const page: Page = { position, wake: () => {} };
  let unsaid = opening;
  let leave: Stop | undefined;
  let stopBeat: Stop | undefined;
  let quit = (): void => {};

  const finish = (): void => {
    page.wake = () => {};
    stopBeat?.();
    leave?.();
    signal?.removeEventListener('abort', quit);
  };

  /** What the page has not been handed, `''` when it is up to date. */
  const next = (): string => {
    let text = unsaid;
    unsaid = '';
    if (page.position < relay.first) {
      text += gapEntry(format, relay, 'overflow', relay.first - page.position);
      page.position = relay.first;
    }
    for (const stop = Math.min(page.position + piece, relay.end); page.position < stop; page.position += 1) {
      const entry = relay.entry(page.position);
      if (entry) text += format.entry(entry);
    }
    return text;
  };

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        quit = () => {
          finish();
          controller.close();
        };
        signal?.addEventListener('abort', quit, { once: true });
        if (signal?.aborted) quit();
      },
      pull: (controller) =>
        new Promise<void>((resolve) => {
          const send = (text: string): void => {
            page.wake = () => {};
            stopBeat?.();
            controller.enqueue(encoder.encode(text));
            relay.handed();
            resolve();
          };
          page.wake = () => {
            const text = next();
            if (text) return send(text);
            if (!relay.over) return;
            finish();
            controller.close();
            resolve();
          };
          // With the first read, not before: an answer that is never read watches nothing.
          leave ??= relay.join(page);
          stopBeat = relay.clock.after(heartbeat, () => send(format.beat));
          page.wake();
        }),
      cancel: finish,
    },
    // Nothing is read ahead: a page is as far as its connection is.
    { highWaterMark: 0 },
  );
}

const ownId = (event: unknown): string | undefined => {
  const id = (event as { id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' ? id : undefined;
};

function gapEntry(format: Format, relay: Relay, reason: string, count?: number): string {
  const gap: StreamGap = {
    platform: relay.platform,
    to: relay.clock.now(),
    reason,
    ...(count !== undefined && { count }),
  };
  return format.entry({ gap: true, id: relay.placeId(relay.first), json: JSON.stringify(gap) });
}
