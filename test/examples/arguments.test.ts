import { expect, test } from 'vitest';
import { readArguments } from '../../docs/examples/evening/arguments.ts';

test('without arguments it is a whole mock evening', () => {
  expect(readArguments([])).toEqual({
    page: 8787,
    tips: undefined,
    seed: '7',
    json: false,
    live: false,
    faults: false,
  });
});

test('every argument is read', () => {
  expect(readArguments(['--tips', '30', '--seed=11', '--json', '--faults', '--page', '0'])).toEqual({
    page: 0,
    tips: 30,
    seed: '11',
    json: true,
    live: false,
    faults: true,
  });
  expect(readArguments(['--live'])).toMatchObject({ live: true });
  expect(readArguments(['--tips', 'x', '--help'])).toBe('help');
});

test.each([
  [['--tip', '3'], /--tip/],
  [['thirty'], /thirty/],
  [['--tips'], /--tips/],
  [['--tips', '0'], /whole number/],
  [['--tips', '-3'], /--tips/],
  [['--tips', '1.5'], /whole number/],
  [['--live', '--faults'], /--live/],
  [['--live', '--seed', '3'], /--live/],
])('%j says in one line what is wrong', (args, expected) => {
  const answer = readArguments(args);
  expect(answer).toEqual({ wrong: expect.stringMatching(expected) });
  expect(answer).toEqual({ wrong: expect.not.stringContaining('\n') });
});
