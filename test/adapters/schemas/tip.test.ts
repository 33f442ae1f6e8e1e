import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StandardSchema, tipEventSchema, uniformTipSchema } from '../../../src/adapters/schemas.ts';
import { isTipstreamError } from '../../../src/core/errors.ts';
import { testTip } from '../../../src/stream/test-tip.ts';
import type { TipEvent } from '../../../src/stream/tip-event.ts';
import { validateNormalizedEvent } from '../../../src/stream/validate.ts';
import { type Json, mutated } from '../../support/mutations.ts';

/** What `validateNormalizedEvent` says: `true`, or the words of its error. */
function said(value: unknown): true | string {
  try {
    return validateNormalizedEvent(value);
  } catch (error) {
    if (isTipstreamError(error, 'VALIDATION')) return error.message;
    throw error;
  }
}

/** What a schema says, in the same way: of several complaints the first. */
function verdict(schema: StandardSchema<unknown>, value: unknown): true | string | undefined {
  const { issues } = schema['~standard'].validate(value);
  return issues ? issues[0]?.message : true;
}

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const tips: fc.Arbitrary<TipEvent> = fc.record(
  {
    platform: fc.oneof(fc.constantFrom('chaturbate', 'twitch'), fc.string()),
    amount: number,
    tipper: fc.string(),
    message: fc.string(),
    timestamp: number,
    id: fc.string(),
    unit: fc.constantFrom('token', 'bit', 'EUR'),
    anonymous: fc.boolean(),
    channel: fc.string(),
    tipperId: fc.string(),
    avatarUrl: fc.webUrl(),
    test: fc.constant<true>(true),
    meta: fc.dictionary(
      fc.constantFrom('tier', 'gift', 'backlog'),
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    ),
  },
  { requiredKeys: ['platform', 'amount', 'tipper', 'message', 'timestamp', 'id', 'unit', 'anonymous'] },
);
const stored = (tip: TipEvent): Json => JSON.parse(JSON.stringify(tip));
const changed = tips.chain((tip) => mutated(stored(tip)));

/** What no JSON holds: numbers that are none, and fields that are somebody else's. */
const odd = tips.chain((tip) =>
  fc.constantFrom<unknown>(
    { ...tip, amount: Number.NaN },
    { ...tip, timestamp: Number.POSITIVE_INFINITY },
    { ...tip, tipper: undefined },
    Object.create(tip),
    Object.assign(Object.create(null), tip),
    Object.assign([], tip),
    Object.assign(() => tip, tip),
    new Map(Object.entries(tip)),
    [tip],
  ),
);
const anything = fc.anything({ withNullPrototype: true, withMap: true, withDate: true, withBigInt: true });

/** What is beside the five fields, said by hand. */
function isComplete(value: Json): boolean {
  const tip = Object(value);
  const absentOr = (name: string, right: (field: unknown) => boolean) =>
    !Object.hasOwn(tip, name) || right(Reflect.get(tip, name));
  const isText = (field: unknown) => typeof field === 'string';
  return (
    isText(tip.id) &&
    isText(tip.unit) &&
    typeof tip.anonymous === 'boolean' &&
    ['channel', 'tipperId', 'avatarUrl'].every((name) => absentOr(name, isText)) &&
    absentOr('test', (field) => field === true) &&
    absentOr('meta', (field) => typeof field === 'object' && field !== null && !Array.isArray(field))
  );
}

describe('uniformTipSchema', () => {
  it('EV-7 says of every value what `validateNormalizedEvent` says, in its words', () => {
    const seen = { right: 0, wrong: 0 };
    const agree = (value: unknown) => {
      const answer = said(value);
      seen[answer === true ? 'right' : 'wrong'] += 1;
      expect(verdict(uniformTipSchema, value)).toBe(answer);
    };
    fc.assert(fc.property(tips, agree));
    fc.assert(fc.property(changed, agree), { numRuns: 1000 });
    fc.assert(fc.property(odd, agree), { numRuns: 300 });
    fc.assert(fc.property(anything, agree), { numRuns: 500 });
    for (const value of [null, undefined, 'tip', 7, [], {}, { amount: undefined }]) agree(value);
    expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(100);
  });
});

describe('tipEventSchema', () => {
  it('EV-7 refuses what `validateNormalizedEvent` refuses, in its words, and of the rest what is no whole tip', () => {
    const seen = { right: 0, five: 0, rest: 0 };
    const agree = (value: Json) => {
      const answer = said(value);
      const wanted = answer !== true ? answer : isComplete(value) || expect.any(String);
      seen[answer !== true ? 'five' : wanted === true ? 'right' : 'rest'] += 1;
      expect(verdict(tipEventSchema, value)).toEqual(wanted);
    };
    fc.assert(fc.property(changed, agree), { numRuns: 1500 });
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
  });

  it('EV-7 says of a tip in which only the five fields were changed just what `validateNormalizedEvent` says', () => {
    const five = fc.constantFrom('platform', 'amount', 'tipper', 'message', 'timestamp');
    const agree = (tip: TipEvent, field: string, value: unknown, gone: boolean) => {
      const other = { ...tip, [field]: value };
      if (gone) Reflect.deleteProperty(other, field);
      expect(verdict(tipEventSchema, other)).toBe(said(other));
    };
    fc.assert(fc.property(tips, five, fc.oneof(anything, fc.string(), fc.double()), fc.boolean(), agree), {
      numRuns: 1000,
    });
    const refuses = (value: unknown) => {
      if (said(value) !== true) expect(verdict(tipEventSchema, value)).toBe(said(value));
    };
    fc.assert(fc.property(fc.oneof(anything, odd), refuses), { numRuns: 500 });
  });

  it('gives a tip that was kept as JSON as it was, with fields of whoever kept it, and nothing of what was never a field', () => {
    const whole = (tip: TipEvent) => {
      const kept = { ...JSON.parse(JSON.stringify(tip)), booked: [1, { by: 'ledger' }] };
      const result = tipEventSchema['~standard'].validate(kept);
      expect(result).toEqual({ value: kept });
    };
    fc.assert(fc.property(tips, whole));
    const hostile = JSON.parse(`{ "__proto__": { "admin": true }, ${JSON.stringify(testTip()).slice(1)}`);
    const result = tipEventSchema['~standard'].validate(hostile);
    expect(result.issues).toBeUndefined();
    expect('value' in result && 'admin' in result.value).toBe(false);
  });

  it('names the place of what is wrong and never what stands there', () => {
    const { issues } = tipEventSchema['~standard'].validate({
      ...testTip({ tipper: 'quiet_ada' }),
      amount: 'quiet_ada',
      tipperId: ['quiet_ada'],
      id: undefined,
    });
    expect(issues).toEqual([
      { message: 'wrong type for amount', path: ['amount'] },
      { message: 'wrong type for id', path: ['id'] },
      { message: 'wrong type for tipperId', path: ['tipperId'] },
    ]);
    expect(JSON.stringify(issues)).not.toContain('ada');
  });

  it('is no tip where a row says `null` for what a tip leaves out', () => {
    expect(verdict(tipEventSchema, { ...testTip(), channel: null })).toBe('wrong type for channel');
    expect(verdict(tipEventSchema, { ...testTip(), id: null })).toBe('wrong type for id');
    const { id: _, ...nameless } = testTip();
    expect(verdict(tipEventSchema, nameless)).toBe('missing field: id');
  });
});
