import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkChannel, jobOf, readAssignment } from '../../../src/adapters/fleet/channel.ts';
import { timingOf } from '../../../src/adapters/fleet/timing.ts';

const channel = { id: 'chaturbate:mira', platform: 'chaturbate', room: 'mira', account: 'studio-1' };

describe('the description of a channel', () => {
  it('is taken as it is when it is plain JSON with an id and a platform', () => {
    expect(checkChannel(channel)).toBe(channel);
    expect(readAssignment(JSON.parse(JSON.stringify({ channel })))).toEqual({ channel });
    expect(readAssignment({ channel, removed: true })).toEqual({ channel, removed: true });
  });

  it.each([
    ['token', 'not-a-secret-token'],
    ['apiKey', 'not-a-secret-token'],
    ['api_key', 'not-a-secret-token'],
    ['client-secret', 'not-a-secret-token'],
    ['password', 'not-a-secret-token'],
    ['Authorization', 'Bearer not-a-secret-token'],
  ])('is refused with a field called %s, and the error does not repeat what is in it', (name, value) => {
    expect(() => checkChannel({ ...channel, [name]: value })).toThrow(/looks like a credential/);
    expect(() => checkChannel({ ...channel, more: { deep: [{ [name]: value }] } })).toThrow(`more.deep.0.${name}`);
    expect(() => checkChannel({ ...channel, [name]: value })).not.toThrow(/not-a-secret-token/);
  });

  it.each([
    'https://ann:not-a-secret-token@x.example/',
    'https://x.example/events?room=ann&token=not-a-secret-token',
    'wss://x.example/socket?key=not-a-secret-token',
    'https://eventsapi.chaturbate.com/events/ann/not-a-secret-token/',
  ])('is refused with an address that holds a credential: %s', (eventsUrl) => {
    expect(() => checkChannel({ ...channel, eventsUrl })).toThrow('"eventsUrl" looks like a credential');
    expect(() => checkChannel({ ...channel, eventsUrl })).not.toThrow(/not-a-secret-token/);
  });

  it.each(['https://x.example/events/ann/live', 'https://x.example/events?author=ann&keyboard=1'])(
    'is taken with an address that holds none: %s',
    (eventsUrl) => {
      expect(checkChannel({ ...channel, eventsUrl })).toEqual({ ...channel, eventsUrl });
    },
  );

  it.each([
    ['no id', { platform: 'x' }],
    ['an empty id', { id: '', platform: 'x' }],
    ['an id that is a number', { id: 7, platform: 'x' }],
    ['no platform', { id: 'a' }],
    ['a function', { id: 'a', platform: 'x', open: () => 1 }],
    ['a date', { id: 'a', platform: 'x', since: new Date(0) }],
    ['no number', { id: 'a', platform: 'x', n: Number.NaN }],
    ['nothing', null],
    ['a list', []],
  ])('is refused with %s', (_, value) => {
    // @ts-expect-error what a program without types gives
    expect(() => checkChannel(value)).toThrow(/plain JSON with `id` and `platform`/);
  });

  it('is refused when it is too long to be kept by the thousand, or its id is half a character', () => {
    expect(() => checkChannel({ ...channel, note: 'x'.repeat(10_000) })).toThrow('10000 characters');
    expect(() => checkChannel({ ...channel, id: '\ud800' })).toThrow('half a character');
  });

  it('has a job whose name the queue accepts, another for every id', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.string({ unit: 'grapheme', minLength: 1 }),
        (a, b) => {
          expect(jobOf(a)).not.toMatch(/:/);
          expect(`${Number.parseInt(jobOf(a), 10)}`).not.toBe(jobOf(a));
          expect(jobOf(a) === jobOf(b)).toBe(a === b);
        },
      ),
    );
  });

  it('is nothing when a stranger wrote it, whatever that is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = readAssignment(value);
        if (read) expect(read.channel.id).toBeTypeOf('string');
      }),
    );
    for (const value of [undefined, null, 3, 'x', [], {}, { channel: { id: 'a' } }])
      expect(readAssignment(value)).toBeUndefined();
  });
});

describe('a lease', () => {
  it('is long enough for a lock that has just been renewed, two looks and the taking', () => {
    for (const lease of [1000, 6000, 30_000, 600_000]) {
      const { lock, stalled, trusted, look } = timingOf(lease);
      expect(lock + 2 * stalled).toBeLessThan(lease);
      expect(2 * stalled).toBeLessThan(lock);
      expect(trusted).toBeLessThan(lock);
      expect(look).toBeLessThan(lease);
    }
  });

  it.each([5, 999, Number.NaN, -1, Number.POSITIVE_INFINITY])('of %s ms is refused', (lease) => {
    expect(() => timingOf(lease)).toThrow(/lease/);
  });
});
