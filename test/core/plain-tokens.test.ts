import { describe, expect, it } from 'vitest';
import { openCall } from '../../src/core/call.ts';
import { plainTokens } from '../../src/core/plain-tokens.ts';
import { createRedactor } from '../../src/core/redact.ts';
import { testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';

const clock = testClock();
const call = () =>
  openCall(clock, {
    where: { platform: 'demo', endpoint: 'plain', method: 'GET' },
    since: clock.now(),
    progress: { attempts: 0, sent: 'no' },
  });

describe('a permanent key', () => {
  it.each([
    ['a word', 'word-not-secret'],
    ['a function', () => 'word-not-secret'],
    ['a slow function', async () => 'word-not-secret'],
    ['a provider', { get: () => 'word-not-secret' }],
  ])('core-10 given as %s is known to the redactor and cannot be renewed', async (_, credential) => {
    const redactor = createRedactor();
    const tokens = plainTokens(credential, clock, redactor, 10_000);
    expect(await tokens.get(call())).toBe('word-not-secret');
    expect(redactor.text('so word-not-secret it is')).toBe('so *** it is');
    expect(await tokens.refresh?.('word-not-secret', call())).toBeUndefined();
  });

  it('is looked up for every request, so that a new one is seen', async () => {
    const words = ['one-not-secret', 'two-not-secret'];
    const tokens = plainTokens(() => words.shift() ?? '', clock, createRedactor(), 10_000);
    expect([await tokens.get(call()), await tokens.get(call())]).toEqual(['one-not-secret', 'two-not-secret']);
  });

  it('that cannot be had is AUTH and says where to look', async () => {
    const tokens = plainTokens(
      () => {
        throw new Error('vault');
      },
      clock,
      createRedactor(),
      10_000,
    );
    const error = await failure(tokens.get(call()));
    expect(error).toMatchObject({ code: 'AUTH', sent: 'no', cause: expect.objectContaining({ message: 'vault' }) });
    // A vault comes back; a refusal does not.
    expect(error.fatal).toBe(false);
    expect(error.message).toContain('function or provider');
  });
});
