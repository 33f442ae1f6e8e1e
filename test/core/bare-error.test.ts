import { expect, test } from 'vitest';
import { bareError } from '../../src/core/bare-error.ts';

const masked = (input: unknown): Error => bareError(input, (text) => text.replaceAll('hush', '***'));

test('XS-8 an error is rebuilt from name, message, code, stack and causes, and carries nothing else', () => {
  const cause = Object.assign(new Error('no hush'), { code: 'ECONNRESET', request: { key: 'hush' } });
  const error = Object.assign(new TypeError('hush failed', { cause }), { options: { password: 'hush' } });
  const bare = masked(error);
  expect(bare).toMatchObject({
    name: 'TypeError',
    message: '*** failed',
    cause: { message: 'no ***', code: 'ECONNRESET' },
  });
  expect(bare.stack).toContain('TypeError: *** failed');
  expect([bare, bare.cause].flatMap((each) => Object.keys(Object(each)))).toEqual([]);
});

test('XS-8 whatever was thrown becomes an error, also what is its own cause', () => {
  expect(['hush', 5, undefined, { message: 7 }].map((thrown) => masked(thrown).message)).toEqual([
    '***',
    '5',
    'undefined',
    '',
  ]);
  expect(masked(new AggregateError([new Error('first hush')], 'all')).cause).toMatchObject({ message: 'first ***' });
  const circle = new Error('round');
  circle.cause = circle;
  let depth = 0;
  for (let each: unknown = masked(circle); each instanceof Error; each = each.cause) depth += 1;
  expect(depth).toBe(6);
});
