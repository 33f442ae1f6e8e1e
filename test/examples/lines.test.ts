import type { TipEvent } from 'tipstream';
import { expect, test } from 'vitest';
import { faultLine, tipLine } from '../../docs/examples/evening/lines.ts';

const tip: TipEvent = {
  platform: 'stripchat',
  amount: 100,
  tipper: 'user1',
  message: 'Nice!',
  timestamp: new Date(2026, 0, 1, 20, 4, 5).getTime() / 1000,
  id: 'stripchat:-:1',
  unit: 'token',
  anonymous: false,
};

test('EV-35 a tip is a line of platform, time, amount and giver', () => {
  expect(tipLine(tip)).toBe('[stripchat] [20:04:05] 100 tokens from user1: Nice!\n');
  expect(tipLine({ ...tip, message: '' })).toBe('[stripchat] [20:04:05] 100 tokens from user1\n');
});

test('a tip is one line, whatever its giver wrote', () => {
  const line = tipLine({ ...tip, message: 'a\nb\u001b[2J', tipper: 'x\r\ny' });
  expect(line).toBe('[stripchat] [20:04:05] 100 tokens from x y: a b[2J\n');
});

test('failures are counted by kind and platform', () => {
  expect(faultLine({ chaturbate: { '429': 2, reset: 1 } }, ['chaturbate', 'stripchat'])).toBe(
    'faults: chaturbate 429 x2, reset x1; stripchat none\n',
  );
});
