import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTipstreamError } from '../../src/core/errors.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import type { Invalid } from '../../src/stream/tip-wire.ts';
import { validateNormalizedEvent } from '../../src/stream/validate.ts';
import { eventId, eventTime, mask, readTip, toTip } from '../../src/twitch/normalize.ts';
import { readable } from '../../src/twitch/schemas/readable.ts';
import { fixtures } from '../support/fixtures.ts';
import { type Json, mutated } from '../support/mutations.ts';
import { context } from '../support/verdict.ts';

const isTip = (read: TipEvent | Invalid | undefined): read is TipEvent => read !== undefined && !('invalid' in read);
const report = {
  invalid: expect.stringMatching(
    /^(amount missing|wrong type for (event|type|is_gift|amount|decimal_places|currency))$/,
  ),
  path: expect.any(String),
};
const accepts = (event: unknown) => Object.values(readable).some((schema) => schema.safeParse(event).success);

/** The sample with its giver hidden in one of the three ways, the name left where a careless upstream leaves it. */
const unnamed = (shape: Json): Json => {
  const { event, ...rest } = shape as { event: { [key: string]: Json } };
  return { ...rest, event: { ...event, is_anonymous: true } };
};

describe.each(Object.entries(fixtures('twitch/tips')))('twitch: %s, one to three places changed', (_, shape) => {
  it('EV-6 is a valid tip, a report or no tip, never a throw, just as the schema says', () => {
    const seen = { tip: 0, other: 0 };
    const check = (event: Json) => {
      const before = JSON.stringify(event);
      const result = readTip(event, context);
      seen[isTip(result) ? 'tip' : 'other'] += 1;
      if (isTip(result)) {
        expect(validateNormalizedEvent(result)).toBe(true);
        expect(new Date(result.timestamp * 1000).getTime()).not.toBeNaN();
        expect(result.id.length).toBeLessThanOrEqual(128);
        expect(result.tipper).not.toBe('');
        expect(result.anonymous && 'tipperId' in result).toBe(false);
        // No content is part of an id.
        expect(result.id).toBe(
          `twitch:${(result.channel?.length ?? 99) <= 48 ? result.channel : '-'}:${eventId(event) ?? context.id}`,
        );
      } else if (result) expect(result).toEqual(report);
      expect({ before, isTip: isTip(result) }).toEqual({ before, isTip: accepts(event) });
      expect(JSON.stringify(event)).toBe(before);
    };
    fc.assert(fc.property(mutated(shape), check), { numRuns: 1500 });
    expect(seen.tip).toBeGreaterThan(0);
    expect(seen.other).toBeGreaterThan(0);
  });

  it('EV-2 is the same through toTip, which throws the report without any content', () => {
    const check = (event: Json) => {
      const result = readTip(event, context);
      try {
        expect(toTip(event, context)).toEqual(result);
      } catch (error) {
        if (!isTipstreamError(error, 'VALIDATION') || !result || isTip(result)) throw error;
        expect(error.message).toBe(`twitch event: ${result.invalid}${result.path ? ` at ${result.path}` : ''}`);
      }
    };
    fc.assert(fc.property(mutated(shape), check), { numRuns: 500 });
  });

  it('ES-6 says nowhere who an anonymous giver is', () => {
    let anonymous = 0;
    const check = (event: Json) => {
      const result = readTip(event, context);
      if (!isTip(result) || !result.anonymous) return;
      anonymous += 1;
      expect(result).toMatchObject({ tipper: 'Anonymous' });
      expect(JSON.stringify(result)).not.toMatch(/fond_grace|7001/i);
    };
    check(unnamed(shape));
    expect(JSON.stringify(mask(unnamed(shape)))).not.toMatch(/fond_grace|7001/i);
    fc.assert(fc.property(mutated(unnamed(shape)), check), { numRuns: 500 });
    expect(anonymous).toBeGreaterThan(1);
  });
});

it('EV-6 twitch: what is no event at all is a report, never a throw', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, maxDepth: 4 }), (event) => {
      const result = readTip(event, context);
      if (isTip(result)) validateNormalizedEvent(result);
      else if (result) expect(result).toEqual(report);
      expect(eventTime(event)).toSatisfy((time) => time === undefined || Number.isFinite(time));
      expect(eventId(event)).toSatisfy((id) => id === undefined || typeof id === 'string');
      mask(event);
    }),
  );
});
