import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSseReader } from '../../src/stream/serve-sse.ts';

function read(...pieces: string[]) {
  const seen: unknown[] = [];
  const feed = createSseReader({
    message: ({ event, data }) => seen.push([event, data]),
    id: (id) => seen.push(['(id)', id]),
    retry: (ms) => seen.push(['(retry)', ms]),
  });
  for (const piece of pieces) feed(piece);
  return seen;
}

test('reads name, data over several lines, id and retry; the rest is ignored', () => {
  expect(
    read(': hello\nevent: gap\nid: 7\ndata: one\ndata:two\ndata\nfoo: bar\nfoo: 99\nretry: 250\nretry: soon\n\n'),
  ).toEqual([
    ['(retry)', 250],
    ['(id)', '7'],
    ['gap', 'one\ntwo\n'],
  ]);
});

test('a block without data sets the id and is no message', () => {
  expect(read('id: 7\n\n', 'data: x\n\n')).toEqual([
    ['(id)', '7'],
    ['message', 'x'],
  ]);
});

test('an id with a NUL is no id, an empty one is', () => {
  expect(read('id: a\0b\ndata: x\n\nid\ndata: y\n\n')).toEqual([
    ['message', 'x'],
    ['(id)', ''],
    ['message', 'y'],
  ]);
});

test('a byte order mark at the very start is skipped', () => {
  expect(read('\uFEFFdata: x\n\n')).toEqual([['message', 'x']]);
});

test('a block that was cut off says nothing', () => {
  expect(read('id: 1\ndata: x\n')).toEqual([]);
});

test('the same messages come out however the text is cut, with any line ends', () => {
  const line = fc.constantFrom(
    'data: a',
    'data:  b ',
    'id: 7',
    'event: gap',
    ': c',
    '',
    '',
    'retry: 9',
    'data',
    'data: é🎉',
  );
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat(60)), (lines, end, cuts) => {
      const text = lines.map((each) => each + end).join('');
      const pieces: string[] = [];
      let rest = text;
      for (const cut of cuts) {
        pieces.push(rest.slice(0, cut));
        rest = rest.slice(cut);
      }
      // A lone carriage return at the end waits for what follows it.
      expect(read(...pieces, rest, ':')).toEqual(read(text.replaceAll(end, '\n')));
    }),
  );
});

test('a message that does not end is UPSTREAM', () => {
  expect(() => read('data: ', ...Array.from({ length: 20 }, () => 'x'.repeat(100_000)))).toThrow(
    expect.objectContaining({ code: 'UPSTREAM' }),
  );
  expect(() => read(...Array.from({ length: 20 }, () => `data: ${'x'.repeat(100_000)}\n`))).toThrow(
    expect.objectContaining({ code: 'UPSTREAM' }),
  );
});
