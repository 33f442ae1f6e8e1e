import { describe, expect, it } from 'vitest';
import { checkDuration, resolveOptions } from '../../src/core/options.ts';
import { seconds } from '../../src/core/time.ts';

describe('options', () => {
  it('have a default each; undefined means the default', () => {
    const options = resolveOptions('demo', { timeout: undefined, deadline: seconds(5) });
    expect(options).toMatchObject({ timeout: seconds(10), deadline: seconds(5) });
    expect(options.logger).toMatchObject({ warn: expect.any(Function) });
    expect(resolveOptions('demo', { logger: false }).logger).toBe(false);
  });

  it.each([5, 49.9])('%d ms is CONFIG: somebody meant seconds', (value) => {
    expect(() => checkDuration('demo', 'timeout', value)).toThrow(
      `demo: timeout: ${value} means ${value} ms; did you mean seconds(${value})?`,
    );
  });

  it.each([0, -1, Number.NaN])('%d is no duration', (value) => {
    expect(() => resolveOptions('demo', { deadline: value })).toThrow(
      expect.objectContaining({ code: 'CONFIG', platform: 'demo' }),
    );
  });
});
