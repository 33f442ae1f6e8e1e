import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { read } from '../../src/core/reader.ts';

describe('a reader', () => {
  const schema = z.object({ tips: z.array(z.object({ amount: z.number() })) });

  it('is a function or a schema', () => {
    expect(read((value) => Number(value), '7')).toBe(7);
    expect(read(schema, { tips: [{ amount: 1 }] })).toEqual({ tips: [{ amount: 1 }] });
  });

  it('core-23 a schema that does not fit gives the path and the code, never the value', () => {
    expect(() => read(schema, { tips: [{ amount: 'hush' }] })).toThrow(/^tips\.0\.amount: invalid_type$/);
    expect(() => read(schema, 'hush')).toThrow(/^value: invalid_type$/);
  });

  it('a schema that has to wait is refused', () => {
    const slow = { '~standard': { validate: async () => ({ value: 1 }) } };
    expect(() => read(slow, 1)).toThrow(TypeError);
  });
});
