import { describe, expect, it } from 'vitest';
import { isTipstreamError } from '../../src/core/errors.ts';
import { isUniformTip, tipDate, toUniform, validateNormalizedEvent } from '../../src/stream/validate.ts';

const tip = { platform: 'chaturbate', amount: 100, tipper: 'quiet_ada', message: '', timestamp: 1767225600.5 };
const names = ['platform', 'amount', 'tipper', 'message', 'timestamp'] as const;

describe('validateNormalizedEvent', () => {
  it('EV-7 is true for the five fields, whole and broken numbers, and more beside them', () => {
    expect(validateNormalizedEvent(tip)).toBe(true);
    expect(validateNormalizedEvent({ ...tip, amount: 0.5, id: 'x', raw: {} })).toBe(true);
  });

  it.each(names)('EV-7 names the missing field %s', (name) => {
    const { [name]: _gone, ...rest } = tip;
    expect(() => validateNormalizedEvent(rest)).toThrow(`missing field: ${name}`);
    // What an event inherits is not its own.
    expect(() => validateNormalizedEvent(Object.assign(Object.create(tip), rest))).toThrow(`missing field: ${name}`);
    expect(isUniformTip(rest)).toBe(false);
  });

  it.each(names)('EV-7 names the field of a wrong type %s', (name) => {
    for (const wrong of [
      null,
      undefined,
      true,
      {},
      typeof tip[name] === 'string' ? 5 : '5',
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ]) {
      expect(() => validateNormalizedEvent({ ...tip, [name]: wrong })).toThrow(`wrong type for ${name}`);
      expect(isUniformTip({ ...tip, [name]: wrong })).toBe(false);
    }
  });

  it('EV-7 names the first of several, in the order of the type, as VALIDATION', () => {
    expect(() => validateNormalizedEvent({ tipper: 5, amount: 'x', platform: 'p' })).toThrow('wrong type for amount');
    for (const none of [undefined, null, 5, 'text', []])
      expect(() => validateNormalizedEvent(none)).toThrow('missing field: platform');
    let caught: unknown;
    try {
      validateNormalizedEvent({});
    } catch (error) {
      caught = error;
    }
    expect(isTipstreamError(caught, 'VALIDATION')).toBe(true);
  });
});

describe('a uniform tip', () => {
  it('EV-1 is exactly the five fields, in their order', () => {
    const { timestamp, ...rest } = tip;
    const uniform = toUniform({ timestamp, ...rest, ...{ id: 'x', meta: {} } });
    expect(Object.keys(uniform)).toEqual(names);
    expect(uniform).toEqual(tip);
    expect(isUniformTip(uniform)).toBe(true);
  });

  it('XS-12 has a timestamp in seconds, of which tipDate makes a Date', () => {
    expect(tipDate(tip).toISOString()).toBe('2026-01-01T00:00:00.500Z');
  });
});
