import { TipstreamError } from '../core/errors.ts';
import { type Clock, type Stop, seconds } from '../core/time.ts';
import type { EventStream } from './event-stream.ts';
import { originOf } from './origin.ts';

/** What one stream keeps for the pages that show it. */
export interface RelayOptions {
  /**
   * How many of the last events are kept for a page that was cut off, and for a page that is slow.
   * @default 1000
   */
  replay?: number | undefined;
  /**
   * How long the stream is watched on after the last page left, in milliseconds: a page that reloads finds it running.
   * @default seconds(60)
   */
  grace?: number | undefined;
  /**
   * `true`: pages are a view, and nothing waits for them. `false`: they count. An event is taken once every page that is
   * connected was handed it; while there is none it waits, and after `grace` it is left to the next watcher.
   * @default true
   */
  observe?: boolean | undefined;
}

/** One event, or one gap, as pages get it. */
export interface Entry {
  readonly gap: boolean;
  /** What a page that saw it presents in order to go on behind it. */
  readonly id: string;
  readonly json: string;
}

/** One connected page. */
export interface Page {
  /** The number of the entry that it gets next. */
  position: number;
  /** Called when there is something new. */
  wake(): void;
}

/** The last events of one stream, read by any number of pages, each at its own pace. */
export interface Relay {
  readonly clock: Clock;
  readonly platform: string;
  /** The entries are numbered; this is the number of the oldest that is kept, */
  readonly first: number;
  /** and of the one that will be next. */
  readonly end: number;
  /** Nothing is being watched: a page that is at the end gets nothing more. */
  readonly over: boolean;
  /** Until when the stream is left alone after it ended in an error, Unix time in milliseconds. */
  readonly restUntil: number;
  entry(number: number): Entry | undefined;
  /** The id of a place in the stream where no event is. */
  placeId(number: number): string;
  /** Where a page that presents `id` goes on; `undefined` when that cannot be known any more. */
  find(id: string): number | undefined;
  /** Watches for this page until the returned function is called. */
  join(page: Page): Stop;
  /** The page was handed what came before its position. */
  handed(): void;
}

/** A stream that ended in an error is not asked again by every page that comes back: a refused token would be hammered. */
const restAfterError = seconds(60);

/** The relay of a stream is kept on the stream itself, so that it lives exactly as long. */
const property = '~relay';

/** @throws {TipstreamError} `CONFIG` when the stream is relayed already with other options. */
export function relayOf<T>(
  stream: EventStream<T>,
  options: RelayOptions,
  idOf: (event: T) => string | undefined,
): Relay {
  const { replay = 1000, grace = seconds(60), observe = true } = options;
  if (!(replay >= 1))
    throw new TipstreamError({
      code: 'CONFIG',
      message: `toResponse: with replay ${replay} no event would reach a page; give 1 or more`,
    });
  const chosen = `replay ${replay}, grace ${grace}, observe ${observe}`;
  const holder = stream as { [property]?: { relay: Relay; chosen: string } };
  holder[property] ??= { relay: createRelay(stream, { replay, grace, observe }, idOf), chosen };
  const { relay, chosen: first } = holder[property];
  if (chosen !== first)
    throw new TipstreamError({
      code: 'CONFIG',
      message: `toResponse: this stream is served with ${first} already; ask for the same, or leave it out`,
    });
  return relay;
}

function createRelay<T>(
  stream: EventStream<T>,
  { replay, grace, observe }: { replay: number; grace: number; observe: boolean },
  idOf: (event: T) => string | undefined,
): Relay {
  const { clock, platform } = originOf(stream);
  const entries: Entry[] = [];
  const pages = new Set<Page>();
  /** Tells the places of this relay from those of an earlier one, which a page may still present. */
  const era = `~${Math.random().toString(36).slice(2)}:`;
  let first = 0;
  let watching: AbortController | undefined;
  let stopGrace: Stop | undefined;
  let restUntil = 0;
  let handed = (): void => {};

  const end = (): number => first + entries.length;
  const placeId = (number: number): string => era + number;

  const add = (gap: boolean, value: unknown, id?: string): Entry => {
    const entry = {
      gap,
      id: id !== undefined && /^[^\0\r\n~][^\0\r\n]*$/.test(id) ? id : placeId(end() + 1),
      json: JSON.stringify(value),
    };
    entries.push(entry);
    if (entries.length > replay) {
      entries.shift();
      first += 1;
    }
    for (const page of pages) page.wake();
    return entry;
  };

  /** Resolves when every page, and at least one, was handed everything, or when watching ends. */
  const allHanded = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      handed = () => {
        if (signal.aborted || (pages.size > 0 && [...pages].every((page) => page.position >= end()))) resolve();
      };
      handed();
    });

  const stopWatching = (): void => {
    stopGrace?.();
    watching?.abort();
    watching = undefined;
    handed();
  };

  const watch = async (controller: AbortController): Promise<void> => {
    const { signal } = controller;
    // An event that another watcher's full buffer dropped is not missing here.
    const stopGaps = stream.on('gap', (gap) => gap.label === undefined && void add(true, gap));
    // Without a page there is nobody to whom the rest could be handed, and no timer may outlive the stream.
    const stopEnd = stream.on('end', () => pages.size === 0 && stopWatching());
    try {
      for await (const event of stream.iterate({ observe, signal, label: 'toResponse' })) {
        const entry = add(false, event, idOf(event));
        if (observe) continue;
        await allHanded(signal);
        if (!signal.aborted) continue;
        // It was handed to nobody, so it will be offered again. A gap that was said meanwhile stays.
        const at = entries.indexOf(entry);
        if (at >= 0) entries.splice(at, 1);
        break;
      }
    } catch {
      // The stream's own `error` and `end` say why.
      restUntil = clock.now() + restAfterError;
    }
    stopGaps();
    stopEnd();
    if (watching !== controller) return;
    watching = undefined;
    stopGrace?.();
    for (const page of pages) page.wake();
  };

  return {
    clock,
    platform,
    placeId,
    get first() {
      return first;
    },
    get end() {
      return end();
    },
    get over() {
      return watching === undefined;
    },
    get restUntil() {
      return restUntil;
    },
    entry: (number) => entries[number - first],
    find(id) {
      const at = entries.findIndex((entry) => entry.id === id || inHeader(entry.id) === id);
      const place = at >= 0 ? first + at + 1 : id.startsWith(era) ? Number(id.slice(era.length)) : -1;
      return Number.isInteger(place) && place >= first && place <= end() ? place : undefined;
    },
    join(page) {
      pages.add(page);
      stopGrace?.();
      if (!watching) {
        watching = new AbortController();
        void watch(watching);
      }
      return () => {
        pages.delete(page);
        handed();
        if (pages.size === 0 && watching) stopGrace = clock.after(grace, stopWatching);
      };
    },
    handed: () => handed(),
  };
}

/** A header holds bytes, one per character: this is how a text beyond ASCII looks in it. */
export const inHeader = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));
