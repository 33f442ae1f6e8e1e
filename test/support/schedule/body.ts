import { type Clock, sleep } from '../../../src/core/time.ts';

/** How a body comes: its pieces, each after a while, and what is at their end. */
export interface Playing {
  readonly pieces: readonly (readonly [ms: number, bytes: Uint8Array])[];
  /** `cut`: the connection breaks. `never`: nothing more comes. */
  readonly end: 'whole' | 'cut' | 'never';
}

/**
 * A body on a clock.
 *
 * @param settled - Told once: whether all of it was read.
 */
export function playBody(
  clock: Clock,
  signal: AbortSignal | undefined,
  { pieces, end }: Playing,
  settled: (whole: boolean) => void,
): ReadableStream<Uint8Array> {
  let next = 0;
  const leave = new AbortController();
  let over = false;
  const settle = (whole: boolean): void => {
    if (over) return;
    over = true;
    signal?.removeEventListener('abort', abort);
    settled(whole);
  };
  let fail: (reason: unknown) => void = () => {};
  const abort = (): void => {
    settle(false);
    leave.abort(signal?.reason);
    fail(signal?.reason);
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        fail = (reason) => controller.error(reason);
        signal?.addEventListener('abort', abort, { once: true });
      },
      async pull(controller) {
        const piece = pieces[next];
        if (piece) {
          next += 1;
          if (piece[0] > 0) await sleep(clock, piece[0], leave.signal);
          if (!over) controller.enqueue(piece[1]);
        } else if (end === 'whole') {
          settle(true);
          controller.close();
        } else if (end === 'cut') {
          settle(false);
          controller.error(new TypeError('terminated', { cause: new Error('other side closed') }));
        } else await new Promise<void>((resolve) => leave.signal.addEventListener('abort', () => resolve()));
      },
      cancel() {
        settle(false);
        leave.abort();
      },
    },
    { highWaterMark: 0 },
  );
}

const encoder = new TextEncoder();

/** A text in `count` pieces, `ms` milliseconds altogether. */
export function inPieces(text: string, count: number, ms = 0): [number, Uint8Array][] {
  const bytes = encoder.encode(text);
  return Array.from({ length: count }, (_, index) => [
    index === 0 ? 0 : ms / Math.max(1, count - 1),
    bytes.subarray(Math.floor((bytes.length * index) / count), Math.floor((bytes.length * (index + 1)) / count)),
  ]);
}

/** A text and so much white space that it is larger than any client reads. */
export function oversized(text: string): [number, Uint8Array][] {
  const space = new Uint8Array(2 ** 20).fill(32);
  return [[0, encoder.encode(text)], ...Array.from({ length: 11 }, (): [number, Uint8Array] => [0, space])];
}
