import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTipstreamError } from '../../src/core/errors.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import type { Invalid, ReadTip, TipContext } from '../../src/stream/tip-wire.ts';
import { validateNormalizedEvent } from '../../src/stream/validate.ts';
import { fixtures } from './fixtures.ts';
import { type Json, mutated } from './mutations.ts';

/** The rooms' normalisers, all of one shape. */
interface Normaliser {
  readTip: ReadTip;
  toTip(event: unknown, context?: TipContext): TipEvent | undefined;
  eventId(event: unknown): string | undefined;
  eventTime(event: unknown): number | undefined;
  mask<T>(event: T): T;
}

interface Schema {
  safeParse(value: unknown): { success: boolean };
}

export const context = { id: 'page-0', receivedAt: Date.UTC(2026, 0, 1, 20), channel: 'room_of_mira' };

const isTip = (read: TipEvent | Invalid | undefined): read is TipEvent => read !== undefined && !('invalid' in read);

const report = { invalid: expect.stringMatching(/^(amount missing|wrong type for \w+)$/), path: expect.any(String) };

/** The same event, its flag for anonymous givers set. */
function unnamed(event: Json): Json {
  let found = false;
  const set = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(set);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        if (!/^(is_?anon(ymous)?|is_stealth)$/i.test(key)) return [key, set(item)];
        found = true;
        return [key, true];
      }),
    );
  };
  const flagged = set(event);
  return found || Array.isArray(flagged) || typeof flagged !== 'object' || flagged === null
    ? flagged
    : { ...flagged, is_anonymous: true };
}

/**
 * What holds for each documented shape with one to three of its places changed.
 *
 * @param name - The name of the giver in the samples
 */
export function describeNormaliser(platform: string, rooms: Normaliser, schemas: Record<string, Schema>, name: string) {
  const accepts = (event: unknown) => Object.values(schemas).some((schema) => schema.safeParse(event).success);

  describe.each(Object.entries(fixtures(`${platform}/tips`)))(
    `${platform}: %s, one to three places changed`,
    (_, shape) => {
      it('EV-6 is a valid tip, a report or no tip, never a throw, just as the schema says', () => {
        const seen = { tip: 0, other: 0 };
        const check = (event: Json) => {
          const before = JSON.stringify(event);
          const result = rooms.readTip(event, context);
          seen[isTip(result) ? 'tip' : 'other'] += 1;
          if (isTip(result)) {
            expect(validateNormalizedEvent(result)).toBe(true);
            expect(new Date(result.timestamp * 1000).getTime()).not.toBeNaN();
            expect(result.id.length).toBeLessThanOrEqual(128);
            expect(result.tipper).not.toBe('');
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
          const result = rooms.readTip(event, context);
          try {
            expect(rooms.toTip(event, context)).toEqual(result);
          } catch (error) {
            if (!isTipstreamError(error, 'VALIDATION') || !result || isTip(result)) throw error;
            expect(error.message).toBe(
              `${platform} event: ${result.invalid}${result.path ? ` at ${result.path}` : ''}`,
            );
          }
        };
        fc.assert(fc.property(mutated(shape), check), { numRuns: 500 });
      });

      it('XS-12 has the time that the event says, in seconds, else the time of its arrival', () => {
        const check = (event: Json) => {
          const result = rooms.readTip(event, context);
          const time = rooms.eventTime(event);
          const id = rooms.eventId(event);
          if (!isTip(result)) return;
          expect(result.timestamp).toBeCloseTo((time ?? context.receivedAt) / 1000, 3);
          expect(result.meta?.received).toBe(time === undefined ? true : undefined);
          expect(result.id.endsWith(`:${id ?? context.id}`)).toBe(true);
        };
        fc.assert(fc.property(mutated(shape), check), { numRuns: 500 });
      });

      it('CB-11 says nowhere who an anonymous giver is', () => {
        let anonymous = 0;
        const check = (event: Json) => {
          const result = rooms.readTip(event, context);
          if (!isTip(result) || !result.anonymous) return;
          anonymous += 1;
          expect(result).toMatchObject({ tipper: 'Anonymous' });
          expect(result).not.toHaveProperty('tipperId');
          expect(JSON.stringify(result)).not.toContain(name);
          const masked = rooms.mask(event);
          if (masked !== event) expect(JSON.stringify(masked)).not.toContain(name);
        };
        check(unnamed(shape));
        expect(JSON.stringify(rooms.mask(unnamed(shape)))).not.toContain(name);
        fc.assert(fc.property(mutated(unnamed(shape)), check), { numRuns: 500 });
        expect(anonymous).toBeGreaterThan(1);
      });
    },
  );

  it(`${platform}: what is no event at all is a report, never a throw`, () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, maxDepth: 4 }), (event) => {
        const result = rooms.readTip(event, context);
        if (isTip(result)) validateNormalizedEvent(result);
        else if (result) expect(result).toEqual(report);
        expect(rooms.eventTime(event)).toSatisfy((time) => time === undefined || Number.isFinite(time));
        expect(rooms.eventId(event)).toSatisfy((id) => id === undefined || typeof id === 'string');
        rooms.mask(event);
      }),
    );
  });
}
