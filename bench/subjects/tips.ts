/** From the bytes of a page to a TipEvent in a callback, and in a loop, beside `JSON.parse` of the same bytes alone. */
import { EventEmitter } from 'eventemitter3';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { eventId, eventTime, mask, readTip } from '../../src/chaturbate/normalize.ts';
import { systemClock } from '../../src/core/time.ts';
import type { EventStream } from '../../src/stream/event-stream.ts';
import { poll } from '../../src/stream/poll.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { tipsOf } from '../../src/stream/views.ts';
import { pages, perPage } from '../pages.ts';
import { compared, type Line, type Outcome } from '../report.ts';
import { type Contender, takeTurns } from '../turns.ts';

/** Of one operation. */
const texts = 50;
const tips = texts * perPage;

const decoder = new TextDecoder();
const parse = (bytes: Uint8Array): unknown => JSON.parse(decoder.decode(bytes));

/** A new source that answers with all pages at once, one after the other. */
const stream = (all: readonly Uint8Array[]): EventStream<TipEvent> => {
  let next = 0;
  const source = poll<unknown>({
    platform: 'chaturbate',
    channel: 'juno',
    drains: false,
    backlog: 'deliver',
    interval: 0,
    checkpointKey: '',
    clock: systemClock,
    random: Math.random,
    eventId,
    eventTime,
    mask,
    async ask(_cursor, signal) {
      const bytes = all[next++];
      if (bytes === undefined)
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      const { events } = parse(bytes) as { events: unknown[] };
      return { events, cursor: 'c', again: true, elapsedMs: 1 };
    },
  });
  return tipsOf(source, readTip);
};

/** Reads all pages again and again; each time every tip must have come. */
const reading = (read: (all: readonly Uint8Array[]) => Promise<number>, flags: readonly string[] = []): Contender => ({
  flags,
  open() {
    const all = pages(texts);
    return async (count) => {
      for (let n = 0; n < count; n += 1) {
        const seen = await read(all);
        if (seen !== tips) throw new Error(`${seen} of ${tips} tips came`);
      }
    };
  },
});

const called = (all: readonly Uint8Array[]): Promise<number> =>
  new Promise((resolve) => {
    let seen = 0;
    const stop = stream(all).subscribe((tip) => {
      seen += tip.amount > 0 ? 1 : 0;
      if (seen < tips) return;
      stop();
      resolve(seen);
    });
  });

const looped = async (all: readonly Uint8Array[]): Promise<number> => {
  let seen = 0;
  for await (const tip of stream(all)) {
    seen += tip.amount > 0 ? 1 : 0;
    if (seen === tips) break;
  }
  return seen;
};

interface WireTip {
  id: string;
  object: {
    broadcaster: string;
    tip: { tokens: number; isAnon: boolean; message: string };
    user: { username: string };
  };
}

/** What somebody writes who has a schema: it is checked, made a tip, compared with a Set, and emitted. */
const checked = (read: (value: unknown) => WireTip) => async (all: readonly Uint8Array[]) => {
  const emitter = new EventEmitter<{ tip: [TipEvent] }>();
  const ids = new Set<string>();
  let seen = 0;
  emitter.on('tip', (tip) => {
    seen += tip.amount > 0 ? 1 : 0;
  });
  for (const bytes of all) {
    for (const event of (parse(bytes) as { events: unknown[] }).events) {
      const { id, object } = read(event);
      if (ids.has(id)) continue;
      ids.add(id);
      const { tokens: amount, isAnon: anonymous, message } = object.tip;
      const tipper = anonymous ? 'Anonymous' : object.user.username;
      const timestamp = Number(id.slice(0, 13)) / 1000;
      const unit = 'token';
      emitter.emit('tip', { platform: 'chaturbate', amount, tipper, message, timestamp, id, unit, anonymous });
    }
    await undefined;
  }
  return seen;
};

const tip = z.object({ tokens: z.number(), isAnon: z.boolean(), message: z.string() });
const object = z.object({ broadcaster: z.string(), tip, user: z.object({ username: z.string() }) });
const event = z.object({ method: z.literal('tip'), id: z.string(), object });
const others = ['broadcastStart', 'broadcastStop', 'userEnter', 'userLeave', 'follow', 'unfollow', 'chatMessage'];
const anyEvent = z.discriminatedUnion('method', [
  event,
  ...others.map((method) => z.object({ method: z.literal(method), id: z.string(), object })),
]);
const miniEvent = mini.object({
  method: mini.literal('tip'),
  id: mini.string(),
  object: mini.object({
    broadcaster: mini.string(),
    tip: mini.object({ tokens: mini.number(), isAnon: mini.boolean(), message: mini.string() }),
    user: mini.object({ username: mini.string() }),
  }),
});

/** As in a page whose security policy forbids it. */
const withoutEval = ['--disallow-code-generation-from-strings'];

/** Remembers fewer ids. */
const window1000 = ['--import', new URL('../window-1000.ts', import.meta.url).href];

export const contenders: Record<string, Contender> = {
  parse: reading(async (all) => {
    let seen = 0;
    for (const bytes of all) {
      seen += (parse(bytes) as { events: unknown[] }).events.length;
      await undefined;
    }
    return seen;
  }),
  callback: reading(called),
  loop: reading(looped),
  'callback without eval': reading(called, withoutEval),
  'callback, 1,000': reading(called, window1000),
  'loop, 1,000': reading(looped, window1000),
  zod: reading(checked((value) => event.parse(value))),
  'zod union': reading(checked((value) => anyEvent.parse(value))),
  'zod without eval': reading(
    checked((value) => event.parse(value)),
    withoutEval,
  ),
  'zod mini': reading(checked((value) => miniEvent.parse(value))),
};

const zodNote = 'nothing is counted as taken, no order with what came before, the Set grows for ever';

const lines: readonly Line[] = [
  { name: 'parse', what: '`JSON.parse`', job: 'less', note: 'nothing; every line contains it' },
  {
    name: 'callback',
    what: 'tipstream, a callback',
    job: 'ours',
    note: 'checked by hand, anonymous givers hidden, each once, in order, counted until it was taken; a callback that returns no promise meets no queue',
  },
  {
    name: 'loop',
    what: 'tipstream, a `for await` loop',
    job: 'ours',
    note: 'that, through a ring that waits for the reader',
  },
  {
    name: 'callback without eval',
    what: 'tipstream, a callback, where `eval` is forbidden',
    job: 'ours',
    note: 'the same program',
  },
  {
    name: 'callback, 1,000',
    what: 'tipstream, a callback, of 1,000 ids remembered',
    job: 'ours',
    note: 'the same with a quarter of the memory: ids that count upwards are compared with the last one only, so it hardly matters',
  },
  { name: 'loop, 1,000', what: 'tipstream, a loop, of 1,000 ids remembered', job: 'ours', note: 'likewise' },
  { name: 'zod', what: 'a zod schema, a Set, an emitter', job: 'less', note: zodNote },
  { name: 'zod union', what: 'the same, for a union of methods', job: 'less', note: zodNote },
  {
    name: 'zod without eval',
    what: 'the first, where `eval` is forbidden',
    job: 'less',
    as: 'callback without eval',
    note: zodNote,
  },
  { name: 'zod mini', what: 'the first, by zod/mini', job: 'less', note: zodNote },
];

export async function pagesOfTips(): Promise<Outcome> {
  const turns = await takeTurns(import.meta.url, contenders);
  const about = {
    heading: 'From bytes to a TipEvent',
    text: 'Pages of 100 tips of the real Events API, 35 kB each, every id new. A figure is what one tip costs, its part of `JSON.parse` included.',
  };
  const { table, behind, ratio } = compared(about, { base: 'parse', per: tips }, lines, turns);
  const done =
    'guards by hand, no schema; ids that count upwards are compared and not hashed; one object for a tip; 4,000 ids at least are remembered';
  const few =
    'a smaller window hardly helps, as ids that count upwards meet no set; what is left over `JSON.parse` is a tip with its id, its ticket and its place in order';
  return {
    tables: [table],
    behind,
    goals: [
      { what: 'bytes to TipEvent in a callback, beside `JSON.parse`', measured: ratio('callback'), limit: 1.45, done },
      {
        what: 'the same without `eval`',
        measured: ratio('callback without eval'),
        limit: 1.45,
        done: 'nothing is compiled at run time',
      },
      { what: 'the same in a loop', measured: ratio('loop'), limit: 1.55, done: 'a hand-written iterator over a ring' },
      {
        what: 'in a callback, with a window of 1,000 ids',
        measured: ratio('callback, 1,000'),
        limit: 1.25,
        done: few,
      },
      { what: 'in a loop, with a window of 1,000 ids', measured: ratio('loop, 1,000'), limit: 1.4, done: few },
    ],
  };
}
