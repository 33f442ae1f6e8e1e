import { describe, expect, it } from 'vitest';
import { createFollower } from '../../src/stream/follow.ts';

const base = 'https://events.test';

describe('a next address', () => {
  it.each([
    ['https://events.test/a/?i=1#x', '/a/?i=1#x'],
    ['/a?b', '/a?b'],
    ['HTTPS://EVENTS.TEST:443/a', '/a'],
    [undefined, undefined],
  ])('CB-18 is followed to the same origin: %s', (next, rest) => {
    const follower = createFollower('chaturbate', base);
    expect(follower.follow(next)).toBe(rest);
    expect(follower.check).not.toThrow();
  });

  it.each([
    'https://events.test.evil.test/a',
    'https://events.test:8443/a',
    'http://events.test/a',
    'https://user@events.test/a',
    'https://user:word@events.test/a',
    '//evil.test/a',
    'data:text/plain,a',
    'https://',
  ])('CB-18 is refused elsewhere, once and in words: %s', (next) => {
    const follower = createFollower('chaturbate', base);
    expect(follower.follow(next)).toBeUndefined();
    expect(follower.check).toThrow(/another origin/);
    expect(follower.check).not.toThrow();
  });
});
