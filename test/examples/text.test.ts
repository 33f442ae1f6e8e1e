import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cells, safe, toWidth } from '../../docs/examples/evening/text.ts';

test.each([
  ['an escape sequence', '\u001b[2J\u001b]0;title\u0007red', '[2J]0;titlered'],
  ['a sequence of one character', 'a\u009b31mb', 'a31mb'],
  ['line breaks', 'one\r\ntwo\u2028three\tfour', 'one two three four'],
  ['text that turns the line around', 'abc\u202edef\u2066', 'abcdef'],
  ['half a character', 'a\ud83cb', 'a\ufffdb'],
])('%s is made safe', (_, text, expected) => {
  expect(safe(text)).toBe(expected);
});

test('nothing that is safe holds a control character, whatever comes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(safe(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

test.each([
  ['abc', 3],
  ['Grüße', 5],
  ['e\u0301', 1],
  ['日本', 4],
  ['한글', 4],
  ['🎉', 2],
  ['👩‍👩‍👧', 2],
  ['❤️', 2],
  ['ｆｕｌｌ', 8],
  ['', 0],
])('%j takes %i cells', (text, expected) => {
  expect(cells(text)).toBe(expected);
});

test('a text is cut or padded to exactly its width, between characters', () => {
  expect(toWidth('abc', 5)).toBe('abc  ');
  expect(toWidth('abc', 5, 'right')).toBe('  abc');
  expect(toWidth('abcdef', 4)).toBe('abc…');
  expect(toWidth('日本語', 4)).toBe('日… ');
  expect(toWidth('👩‍👩‍👧👩‍👩‍👧', 3)).toBe('👩‍👩‍👧…');
  expect(toWidth('abc', 0)).toBe('');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (text, width) => {
      expect(cells(toWidth(safe(text), width))).toBe(width);
    }),
  );
});
