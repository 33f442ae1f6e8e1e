import { expect, onTestFinished, test } from 'vitest';
import { TipstreamError } from '../../src/core/errors.ts';
import { seconds } from '../../src/core/time.ts';
import { type ServeOptions, toResponse } from '../../src/stream/serve.ts';
import { createSource, type Source, type SourceOptions } from '../../src/stream/source.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { settle, type TestClock, testClock } from '../support/clock.ts';

const tip = (number: number): TipEvent => ({
  platform: 'here',
  amount: number,
  tipper: 'fan123',
  message: 'line one\nline two',
  timestamp: 1_767_297_600 + number,
  id: `here:-:${number}`,
  unit: 'token',
  anonymous: false,
});

interface Bench {
  clock: TestClock;
  source: Source<TipEvent>;
  started(): number;
  watched(): boolean;
}

function bench(options: Partial<SourceOptions<TipEvent>> = {}): Bench {
  const clock = testClock();
  let started = 0;
  let watched = false;
  const source = createSource<TipEvent>({
    platform: 'here',
    id: ({ id }) => id,
    clock,
    start() {
      started += 1;
      watched = true;
      return () => {
        watched = false;
      };
    },
    ...options,
  });
  onTestFinished(() => source.stream.close());
  return { clock, source, started: () => started, watched: () => watched };
}

/** A page that reads what it is given. */
function open(source: Source<TipEvent>, options: Partial<ServeOptions<TipEvent>> = {}, lastEventId?: string) {
  const headers = new Headers(lastEventId === undefined ? {} : { 'last-event-id': lastEventId });
  const request = new Request('https://tips.example/tips', { headers });
  const response = toResponse(source.stream, { format: 'sse', request, ...options });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let done = false;
  const reading = (async () => {
    for (;;) {
      const result = await reader?.read();
      if (!result || result.done) break;
      text += result.value;
    }
    done = true;
  })();
  onTestFinished(() => reader?.cancel());
  return {
    response,
    reading,
    text: () => text,
    done: () => done,
    ids: () => [...text.matchAll(/^id: (?!~)(.*)$/gm)].map(([, id]) => id),
    lastId: () => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1],
    leave: async () => {
      await reader?.cancel();
      await settle();
    },
  };
}

test('an SSE answer names each tip by its id and holds it as one line of JSON', async () => {
  const { source } = bench();
  const page = open(source);
  await settle();
  void source.push(tip(1));
  await settle();
  expect(page.response.status).toBe(200);
  expect(page.response.headers.get('content-type')).toBe('text/event-stream');
  expect(page.response.headers.get('cache-control')).toBe('no-store, no-transform');
  expect(page.text()).toContain(`id: here:-:1\ndata: ${JSON.stringify(tip(1))}\n\n`);
});

test('an NDJSON answer is one tip a line', async () => {
  const { source } = bench();
  const page = open(source, { format: 'ndjson' });
  await settle();
  void source.push(tip(1));
  void source.push(tip(2));
  await settle();
  expect(page.response.headers.get('content-type')).toBe('application/x-ndjson');
  expect(
    page
      .text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([tip(1), tip(2)]);
});

test('headers of the caller are sent beside the own ones', () => {
  const { source } = bench();
  const { headers } = toResponse(source.stream, { format: 'sse', headers: { 'access-control-allow-origin': '*' } });
  expect(headers.get('access-control-allow-origin')).toBe('*');
  expect(headers.get('content-type')).toBe('text/event-stream');
});

test('a silent answer gets a comment every 15 s, and none while there is something to say', async () => {
  const { source, clock } = bench();
  const page = open(source);
  await settle();
  const hello = page.text();
  await clock.advance(seconds(14));
  expect(page.text()).toBe(hello);
  await clock.advance(seconds(1));
  expect(page.text()).toBe(`${hello}:\n\n`);
  await clock.advance(seconds(10));
  void source.push(tip(1));
  await clock.advance(seconds(10));
  expect(page.text().split(':\n\n')).toHaveLength(2);
  await clock.advance(seconds(5));
  expect(page.text().split(':\n\n')).toHaveLength(3);
});

test('nothing is watched before somebody reads, and one watcher serves every page', async () => {
  const { source, started } = bench();
  toResponse(source.stream, { format: 'sse' });
  await settle();
  expect(started()).toBe(0);
  const pages = [open(source), open(source), open(source, { format: 'ndjson' })];
  await settle();
  void source.push(tip(1));
  await settle();
  expect(started()).toBe(1);
  expect(source.stream.stats().watchers).toBe(1);
  for (const page of pages) expect(page.text()).toContain('here:-:1');
});

test('a page that presents the id it saw last gets what came since, and nothing twice', async () => {
  const { source } = bench();
  const page = open(source);
  await settle();
  for (const number of [1, 2]) void source.push(tip(number));
  await settle();
  await page.leave();
  for (const number of [3, 4]) void source.push(tip(number));
  await settle();
  const again = open(source, {}, page.lastId());
  await settle();
  void source.push(tip(5));
  await settle();
  expect(page.ids()).toEqual(['here:-:1', 'here:-:2']);
  expect(again.ids()).toEqual(['here:-:3', 'here:-:4', 'here:-:5']);
  expect(again.text()).not.toContain('event: gap');
});

test('a page that was cut off before its first tip gets the tips of the meantime too', async () => {
  const { source } = bench();
  const page = open(source);
  await settle();
  await page.leave();
  void source.push(tip(1));
  await settle();
  const again = open(source, {}, page.lastId());
  await settle();
  expect(again.ids()).toEqual(['here:-:1']);
});

test('a page on another origin may present the id in the query', async () => {
  const { source } = bench();
  const page = open(source);
  await settle();
  for (const number of [1, 2]) void source.push(tip(number));
  await settle();
  await page.leave();
  const again = open(source, {
    request: new Request('https://tips.example/tips?lastEventId=here:-:1', { headers: { 'last-event-id': '' } }),
  });
  await settle();
  expect(again.ids()).toEqual(['here:-:2']);
});

test('an id beyond ASCII is found again as its bytes in a header', async () => {
  const { source } = bench();
  const page = open(source);
  await settle();
  void source.push({ ...tip(1), id: 'here:é:1' });
  void source.push(tip(2));
  await settle();
  await page.leave();
  const again = open(source, {}, Buffer.from('here:é:1', 'utf8').toString('latin1'));
  await settle();
  expect(again.ids()).toEqual(['here:-:2']);
});

test.each(['here:-:unknown', '~other:3', '~', ''])(
  'an id that is not known (%j) is a gap, then everything that is kept',
  async (id) => {
    const { source } = bench();
    const first = open(source);
    await settle();
    void source.push(tip(1));
    await settle();
    const page = open(source, {}, id);
    await settle();
    if (id === '') return expect(page.text()).not.toContain('event: gap');
    expect(page.text()).toMatch(/^event: gap\nid: ~\S+\ndata: \{"platform":"here","to":\d+,"reason":"restart"\}\n\n/);
    expect(page.ids()).toEqual(first.ids());
  },
);

test('what is older than the replay is said as a gap', async () => {
  const { source } = bench();
  const page = open(source, { replay: 3 });
  await settle();
  void source.push(tip(1));
  await settle();
  await page.leave();
  for (const number of [2, 3, 4, 5]) void source.push(tip(number));
  await settle();
  const again = open(source, { replay: 3 }, page.lastId());
  await settle();
  expect(again.text()).toContain('"reason":"restart"');
  expect(again.ids()).toEqual(['here:-:3', 'here:-:4', 'here:-:5']);
});

test('a page that reads too slowly is told how many it missed, and its neighbour misses none', async () => {
  const { source } = bench();
  const slow = toResponse(source.stream, { format: 'sse', replay: 3 }).body?.getReader();
  const first = slow?.read();
  await settle();
  await first;
  const quick = open(source, { replay: 3 });
  await settle();
  for (let number = 1; number <= 8; number += 1) {
    void source.push(tip(number));
    await settle();
  }
  const late = new TextDecoder().decode((await slow?.read())?.value);
  expect(late).toContain('"reason":"overflow","count":5');
  expect([...late.matchAll(/^id: (here.*)$/gm)].map(([, id]) => id)).toEqual(['here:-:6', 'here:-:7', 'here:-:8']);
  expect(quick.ids()).toHaveLength(8);
  await slow?.cancel();
});

test('a gap of the source reaches the page, one of another watcher does not', async () => {
  const { source } = bench();
  const page = open(source);
  await settle();
  source.gap({ reason: 'truncated', count: 2 });
  source.gap({ reason: 'overflow', count: 9, label: 'slow neighbour' });
  await settle();
  expect(page.text()).toContain('event: gap');
  expect(page.text()).toContain('"reason":"truncated","count":2');
  expect(page.text()).not.toContain('slow neighbour');
});

test('the stream is watched on for a minute after the last page left, then no more', async () => {
  const { source, clock, watched, started } = bench();
  const page = open(source);
  await settle();
  await page.leave();
  await clock.advance(seconds(59));
  expect(watched()).toBe(true);
  const again = open(source);
  await clock.advance(seconds(120));
  expect(watched()).toBe(true);
  await again.leave();
  await clock.advance(seconds(60));
  expect(watched()).toBe(false);
  expect(clock.pending).toBe(0);
  open(source);
  await settle();
  expect(started()).toBe(2);
});

test('a page that comes back after that minute goes on without a gap: what nobody watched waited at the source', async () => {
  const { source, clock } = bench();
  const page = open(source);
  await settle();
  void source.push(tip(1));
  await settle();
  await page.leave();
  void source.push(tip(2));
  await clock.advance(seconds(60));
  void source.push(tip(3));
  await settle();
  const again = open(source, {}, page.lastId());
  await settle();
  expect(again.text()).not.toContain('event: gap');
  expect(again.ids()[0]).toBe('here:-:2');
});

test('close() ends every answer, leaves no timer, and a page that was gone holds nothing up', async () => {
  const { source, clock, watched } = bench();
  const page = open(source);
  const gone = open(source);
  await settle();
  await gone.leave();
  await source.stream.close();
  await settle();
  expect(page.done()).toBe(true);
  expect(watched()).toBe(false);
  expect(clock.pending).toBe(0);
});

test('close() during the minute after the last page leaves no timer', async () => {
  const { source, clock } = bench();
  const page = open(source);
  await settle();
  await page.leave();
  expect(clock.pending).toBe(1);
  await source.stream.close();
  await settle();
  expect(clock.pending).toBe(0);
});

test('the signal of the request ends the answer', async () => {
  const { source, clock } = bench();
  const controller = new AbortController();
  const page = open(source, {
    request: new Request('https://tips.example/', { signal: controller.signal }),
    grace: 50,
  });
  await settle();
  controller.abort();
  await settle();
  expect(page.done()).toBe(true);
  await clock.advance(50);
  expect(source.stream.stats().watchers).toBe(0);
});

test('a page that has everything of a stream that ended is done; after an error it is sent away for a minute', async () => {
  const { source, clock, started } = bench();
  const page = open(source);
  await settle();
  void source.push(tip(1));
  source.fail(new TipstreamError({ code: 'AUTH', message: 'here: 401' }));
  await settle();
  expect(page.ids()).toEqual(['here:-:1']);
  expect(page.done()).toBe(true);
  const again = toResponse(source.stream, {
    format: 'sse',
    request: new Request('https://tips.example/', { headers: { 'last-event-id': 'here:-:1' } }),
  });
  expect(again.status).toBe(503);
  expect(again.headers.get('retry-after')).toBe('60');
  expect(started()).toBe(1);
  await clock.advance(seconds(60));
  open(source, {}, 'here:-:1');
  await settle();
  expect(started()).toBe(2);
});

test('by default nothing waits for a page', async () => {
  const { source } = bench();
  open(source);
  await settle();
  const counting: number[] = [];
  source.stream.subscribe((event) => void counting.push(event.amount));
  await source.push(tip(1));
  expect(counting).toEqual([1]);
});

test('observe: false: a tip is taken once every connected page was handed it', async () => {
  const { source } = bench();
  const slow = toResponse(source.stream, { format: 'sse', observe: false }).body?.getReader();
  await slow?.read();
  const quick = open(source, { observe: false });
  await settle();
  let taken = false;
  void source.push(tip(1)).then(() => {
    taken = true;
  });
  await settle();
  expect(quick.ids()).toEqual(['here:-:1']);
  expect(taken).toBe(false);
  await slow?.read();
  await settle();
  expect(taken).toBe(true);
  await slow?.cancel();
});

test('observe: false: while no page is connected tips wait, and after the minute they go to the next watcher', async () => {
  const { source, clock } = bench();
  const page = open(source, { observe: false });
  await settle();
  await page.leave();
  let taken = 0;
  for (const number of [1, 2]) void source.push(tip(number)).then(() => (taken += 1));
  await clock.advance(seconds(59));
  expect(taken).toBe(0);
  await clock.advance(seconds(1));
  expect(taken).toBe(0);
  const other: number[] = [];
  source.stream.subscribe((event) => void other.push(event.amount));
  await settle();
  expect(other).toEqual([1, 2]);
  expect(taken).toBe(2);
});

test('observe: false: a page that comes back gets the tips that waited, each once', async () => {
  const { source, clock } = bench();
  const page = open(source, { observe: false });
  await settle();
  void source.push(tip(1));
  await settle();
  await page.leave();
  for (const number of [2, 3]) void source.push(tip(number));
  await clock.advance(seconds(61));
  const again = open(source, { observe: false }, page.lastId());
  await settle();
  expect(again.ids()).toEqual(['here:-:2', 'here:-:3']);
});

test('observe: false: a slow page that leaves holds nothing up for the others', async () => {
  const { source } = bench();
  const slow = toResponse(source.stream, { format: 'sse', observe: false }).body?.getReader();
  await slow?.read();
  open(source, { observe: false });
  await settle();
  let taken = false;
  void source.push(tip(1)).then(() => {
    taken = true;
  });
  await settle();
  expect(taken).toBe(false);
  await slow?.cancel();
  await settle();
  expect(taken).toBe(true);
});

test('observe: false: close() while a tip waits for a page leaves no timer and no watcher', async () => {
  const { source, clock } = bench();
  const page = open(source, { observe: false });
  await settle();
  await page.leave();
  void source.push(tip(1));
  await settle();
  await source.stream.close();
  await settle();
  expect(source.stream.stats().watchers).toBe(0);
  expect(clock.pending).toBe(0);
});

test('a stream that is served already with other options is CONFIG', () => {
  const { source } = bench();
  toResponse(source.stream, { format: 'sse', replay: 5 });
  expect(() => toResponse(source.stream, { format: 'sse', replay: 6 })).toThrow(
    expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('replay 5') }),
  );
});

test('an unknown format and a heartbeat in seconds are CONFIG', () => {
  const { source } = bench();
  expect(() => toResponse(source.stream, { format: 'xml' as 'sse' })).toThrow(
    expect.objectContaining({ code: 'CONFIG' }),
  );
  expect(() => toResponse(source.stream, { format: 'sse', heartbeat: 15 })).toThrow(
    expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('did you mean seconds(15)') }),
  );
});

test('events without an id of their own are resumed by their place', async () => {
  const clock = testClock();
  const source = createSource<{ n: number }>({ platform: 'here', clock });
  onTestFinished(() => source.stream.close());
  const read = async (lastEventId?: string): Promise<string> => {
    const request = new Request('https://tips.example/', {
      headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
    });
    const reader = toResponse(source.stream, { format: 'sse', request }).body?.getReader();
    let text = new TextDecoder().decode((await reader?.read())?.value);
    if (lastEventId === undefined) {
      void source.push({ n: 1 });
      void source.push({ n: 2 });
      await settle();
      text += new TextDecoder().decode((await reader?.read())?.value);
    }
    await reader?.cancel();
    return text;
  };
  const ids = [...(await read()).matchAll(/^id: (.*)$/gm)].map(([, id]) => id);
  expect(ids).toHaveLength(3);
  expect(await read(ids[1])).toContain('data: {"n":2}');
  expect(await read(ids[1])).not.toContain('data: {"n":1}');
});

test('observe: false: a gap that is said while a tip waits for a page stays, and the tip comes once', async () => {
  const { source, clock } = bench();
  const page = open(source, { observe: false });
  await settle();
  void source.push(tip(1));
  await settle();
  await page.leave();
  void source.push(tip(2));
  await settle();
  source.gap({ reason: 'restart' });
  await clock.advance(seconds(61));
  const again = open(source, { observe: false }, page.lastId());
  await settle();
  expect(again.ids()).toEqual(['here:-:2']);
  expect(again.text().match(/"reason":"\w+"/g)).toEqual(['"reason":"restart"']);
});

test.each([0, -1, Number.NaN])('a replay of %d would give a page nothing, so it is CONFIG', (replay) => {
  const { source } = bench();
  expect(() => toResponse(source.stream, { format: 'sse', replay })).toThrow(
    expect.objectContaining({ code: 'CONFIG' }),
  );
});
