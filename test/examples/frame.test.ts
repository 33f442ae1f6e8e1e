import type { TipEvent } from 'tipstream';
import { describe, expect, test } from 'vitest';
import { type Canvas, frame, summary } from '../../docs/examples/evening/frame.ts';
import { addTip, emptyScene, quietSource, type Scene, setStatus } from '../../docs/examples/evening/scene.ts';
import { cells } from '../../docs/examples/evening/text.ts';

const now = new Date(2026, 0, 1, 20, 14, 5).getTime();
const canvas: Canvas = { columns: 90, rows: 20, color: false, now };

const tip = (more: Partial<TipEvent> = {}): TipEvent => ({
  platform: 'stripchat',
  amount: 100,
  tipper: 'fan123',
  message: 'Nice!',
  timestamp: now / 1000,
  id: 'stripchat:-:1',
  unit: 'token',
  anonymous: false,
  ...more,
});

function evening(tips: TipEvent[] = [tip()]): Scene {
  const scene = emptyScene('an evening', 30);
  const chaturbate = quietSource('chaturbate', 'events api');
  const stripchat = quietSource('stripchat', 'contract');
  scene.sources.push(chaturbate, stripchat);
  setStatus(chaturbate, {
    state: 'waiting',
    platform: 'chaturbate',
    since: now,
    reason: 'chaturbate events: 429',
    retryAt: now + 12_000,
  });
  setStatus(stripchat, { state: 'live', platform: 'stripchat', since: now });
  for (const each of tips) addTip(scene, stripchat, each);
  return scene;
}

const bare = (line: string): string => line.replace(/\p{Cc}\[[\d;]*m/gu, '');

test('shows who, how much, where, the note, the total of each source and its state', () => {
  const picture = frame(evening([tip(), tip({ amount: 1_150, tipper: 'user1', message: '' })]), canvas).join('\n');
  expect(picture).toContain('20:14:05  fan123                 100 tokens   stripchat    Nice!');
  expect(picture).toMatch(/● stripchat {3}contract +2 tips +1,250 tokens {3}live/);
  expect(picture).toMatch(/◐ chaturbate {2}events api +0 tips +0 tokens {3}waiting, again in 12 s: chatu/);
  expect(picture).toContain('2 of 30 tips   chaturbate 0 tokens   stripchat 1,250 tokens');
});

test('the newest tip stands on top, and the oldest leave when there is no room', () => {
  const many = Array.from({ length: 50 }, (_, index) => tip({ tipper: `user${index}` }));
  const lines = frame(evening(many), canvas);
  expect(lines).toHaveLength(20);
  expect(lines.findIndex((line) => line.includes('user49'))).toBe(6);
  expect(lines.join('\n')).not.toContain('user37 ');
  expect(lines.at(-1)).toContain('Ctrl-C ends it');
});

describe.each([5, 20, 40, 60, 79, 80, 110, 200])('%i columns', (columns) => {
  test.each([1, 3, 9, 24, 60])('and %i rows hold the picture, however wide the names are', (rows) => {
    const wide = [
      tip({ tipper: '日本語の長い長い長い名前です', message: '🎉'.repeat(200) }),
      tip({
        tipper: 'a'.repeat(300),
        message: 'b'.repeat(3000),
        platform: 'platform-with-a-long-name',
        amount: 123_456_789_012,
      }),
      tip({ tipper: '', message: '' }),
    ];
    for (const color of [true, false]) {
      const lines = frame(evening(wide), { columns, rows, color, now });
      expect(lines.length).toBeLessThanOrEqual(rows);
      for (const line of lines) expect(cells(bare(line)), line).toBeLessThanOrEqual(columns);
    }
  });
});

test('nothing that a viewer wrote reaches the terminal as a command', () => {
  const evil = '\u001b[2J\u001b]52;c;eA==\u0007\u009b31m\r\n\u202e';
  const scene = evening([tip({ tipper: `x${evil}`, message: `y${evil}`, platform: `z${evil}` })]);
  const text = frame(scene, canvas).join('');
  expect(text).not.toMatch(/[\p{Cc}\u202e]/u);
});

test('NO_COLOR: without colour there is no escape sequence, with it every one is closed', () => {
  const plain = frame(evening(), canvas).join('\n');
  const colored = frame(evening(), { ...canvas, color: true }).join('\n');
  expect(plain).not.toContain('\u001b');
  expect(bare(colored)).toBe(plain);
  const opened = colored.match(/\p{Cc}\[[1-9][\d;]*m/gu) ?? [];
  expect(opened.length).toBeGreaterThan(5);
  expect(colored.match(/\p{Cc}\[0m/gu)).toHaveLength(opened.length);
});

test('what stays at the end is the total of each source', () => {
  expect(summary(evening(), canvas).map((line) => line.trim().replace(/ +/g, ' '))).toEqual([
    'chaturbate events api 0 tips 0 tokens',
    'stripchat contract 1 tip 100 tokens',
  ]);
});
