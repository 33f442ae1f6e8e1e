import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toFields } from '../../../src/adapters/redis/client.ts';
import { readEntry, writeTip } from '../../../src/adapters/redis/entry.ts';
import type { TipEvent } from '../../../src/index.ts';

const text = fc.string({ unit: 'binary' });
const tip: fc.Arbitrary<TipEvent> = fc.record(
  {
    platform: text,
    amount: fc.double({ noNaN: true, noDefaultInfinity: true }),
    tipper: text,
    message: text,
    timestamp: fc.double({ noNaN: true, noDefaultInfinity: true }),
    id: fc.string({ minLength: 1, maxLength: 128 }),
    unit: fc.string({ minLength: 1 }),
    anonymous: fc.boolean(),
    channel: text,
    tipperId: text,
    avatarUrl: text,
    test: fc.constant(true as const),
    meta: fc.dictionary(text, fc.jsonValue()),
  },
  { requiredKeys: ['platform', 'amount', 'tipper', 'message', 'timestamp', 'id', 'unit', 'anonymous'] },
);

describe('an entry', () => {
  it('gives back the tip that was written, without a giver who hides', () => {
    fc.assert(
      fc.property(tip, (given) => {
        const { tipperId, avatarUrl, ...others } = given;
        const hidden = { ...others, tipper: 'Anonymous' };
        const expected = given.anonymous ? hidden : given;
        expect(readEntry(['tip', writeTip(given)])).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
    );
  });

  it('is a tip or a complaint without content, whatever stands in it', () => {
    const json = fc.json();
    const nearly = fc.tuple(
      tip,
      fc.constantFrom('amount', 'id', 'unit', 'meta', 'test', 'anonymous', 'channel'),
      fc.jsonValue(),
    );
    const broken = nearly.map(([good, name, value]) => JSON.stringify({ ...good, [name]: value }));
    const fields = fc.oneof(
      fc.tuple(fc.constant('tip'), fc.oneof(json, broken, fc.string())),
      fc.array(fc.string()),
      fc.dictionary(fc.string(), fc.string()),
      fc.anything(),
    );
    fc.assert(
      fc.property(fields, (given) => {
        const found = readEntry(given);
        if ('amount' in found) {
          expect(readEntry(['tip', writeTip(found)])).toEqual(found);
          return;
        }
        expect(found.path).toBe('tip');
        expect(found.code).toMatch(
          /^(missing field: (tip|platform|amount|tipper|message|timestamp)|wrong type for \w+|no JSON)$/,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('reads fields as a list and as an object alike', () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (given) => {
        expect({ ...toFields(Object.entries(given).flat()) }).toEqual({ ...given });
        expect(toFields(given)).toEqual({ ...given });
      }),
    );
  });
});
