import { describe, expect, it } from 'vitest';
import type { Credential } from '../../src/core/auth.ts';
import { type Call, openCall } from '../../src/core/call.ts';
import { createRedactor } from '../../src/core/redact.ts';
import { createTokens } from '../../src/core/tokens.ts';
import { settle, testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';
import { gate } from '../support/server.ts';

function made(credential: Credential) {
  const clock = testClock();
  const redactor = createRedactor();
  const tokens = createTokens(credential, clock, redactor);
  const call = (signal?: AbortSignal): Call =>
    openCall(
      clock,
      {
        where: { platform: 'demo', endpoint: 'plain', method: 'GET' },
        since: clock.now(),
        progress: { attempts: 0, sent: 'no' },
      },
      signal,
    );
  return { clock, redactor, tokens, call };
}

describe('a credential', () => {
  it('may be a word, a function, or a provider, and is known to the redactor', async () => {
    for (const credential of [
      'word-not-secret',
      () => 'word-not-secret',
      async () => 'word-not-secret',
      { get: () => 'word-not-secret' },
    ]) {
      const { tokens, call, redactor } = made(credential);
      expect(await tokens.get(call())).toBe('word-not-secret');
      expect(redactor.text('so word-not-secret it is')).toBe('so *** it is');
      expect(await tokens.refresh('word-not-secret', call())).toBeUndefined();
    }
  });

  it('core-10 that cannot be had is AUTH, and the cause shows no secret', async () => {
    const { tokens, call, redactor } = made(() => {
      throw new Error('vault said no-not-secret');
    });
    redactor.add('no-not-secret');
    const error = await failure(tokens.get(call()));
    expect(error).toMatchObject({
      code: 'AUTH',
      fatal: false,
      cause: expect.objectContaining({ message: 'vault said ***' }),
    });
  });
});

describe('a refresh', () => {
  it('core-13 goes on from the newest token, where an older one was tried while a renewal failed', async () => {
    let held = 'one';
    let down = false;
    const asked: string[] = [];
    // As a session that several clients renew: whoever comes with an old token is given the newest.
    const { tokens, call, clock } = made({
      get: () => held,
      refresh(stale) {
        asked.push(stale);
        if (stale !== held) return held;
        if (down) throw new Error('busy');
        held = `${held}-renewed`;
        return held;
      },
    });
    expect(await tokens.refresh('one', call())).toBe('one-renewed');
    held = 'two';
    down = true;
    await failure(tokens.refresh('two', call()));
    await clock.advance(2000);
    down = false;
    // The older one is no better, and is refused in its turn.
    expect(await tokens.get(call())).toBe('one-renewed');
    expect(await tokens.refresh('one-renewed', call())).toBe('two-renewed');
    expect(asked).toEqual(['one', 'two', 'one-renewed', 'two']);
  });

  it('core-13 is one for all who wait, and each may leave alone', async () => {
    const done = gate();
    let refreshed = 0;
    let ended = false;
    const { tokens, call } = made({
      get: () => 'old-not-secret',
      async refresh(_, signal) {
        refreshed += 1;
        signal.addEventListener('abort', () => (ended = true));
        await done.opened;
        return 'new-not-secret';
      },
    });
    const leaving = new AbortController();
    const first = failure(tokens.refresh('old-not-secret', call(leaving.signal)));
    const second = tokens.refresh('old-not-secret', call());
    await settle();
    leaving.abort('enough');
    expect(await first).toMatchObject({ code: 'ABORTED', cause: 'enough' });
    expect(ended).toBe(false);
    done.open();
    expect(await second).toBe('new-not-secret');
    expect(refreshed).toBe(1);
  });

  it('core-13 ends when the last one has left', async () => {
    let ended = false;
    const { tokens, call } = made({
      get: () => 'old-not-secret',
      refresh: (_, signal) => {
        signal.addEventListener('abort', () => (ended = true));
        return new Promise<string>(() => {});
      },
    });
    const leaving = new AbortController();
    const only = failure(tokens.refresh('old-not-secret', call(leaving.signal)));
    await settle();
    leaving.abort();
    await only;
    expect(ended).toBe(true);
  });

  it('core-13 cannot be undone by a look-up that began before it', async () => {
    const slow = gate();
    const words = ['old-not-secret', 'old-not-secret'];
    const { tokens, call } = made({
      async get() {
        await slow.opened;
        return words.shift() ?? 'new-not-secret';
      },
      refresh: () => 'new-not-secret',
    });
    const early = tokens.get(call());
    expect(await tokens.refresh('old-not-secret', call())).toBe('new-not-secret');
    slow.open();
    expect(await early).toBe('new-not-secret');
    expect(await tokens.get(call())).toBe('new-not-secret');
  });

  it('core-13 is not repeated for a 401 that it has already answered', async () => {
    let refreshed = 0;
    const { tokens, call } = made({
      get: () => 'old-not-secret',
      refresh() {
        refreshed += 1;
        return `new-${refreshed}-not-secret`;
      },
    });
    expect(await tokens.refresh('old-not-secret', call())).toBe('new-1-not-secret');
    expect(await tokens.refresh('old-not-secret', call())).toBe('new-1-not-secret');
    expect(await tokens.refresh('new-1-not-secret', call())).toBe('new-2-not-secret');
    expect(await tokens.refresh('old-not-secret', call())).toBe('new-2-not-secret');
  });

  it('core-13 that fails, fails for all who wait, is remembered for a second, and is tried again then', async () => {
    let refreshed = 0;
    const { tokens, call, clock } = made({
      get: () => 'old-not-secret',
      async refresh() {
        refreshed += 1;
        if (refreshed > 1) return 'new-not-secret';
        throw new Error('down');
      },
    });
    const errors = await Promise.all([1, 2].map(() => failure(tokens.refresh('old-not-secret', call()))));
    expect(errors.map(({ code, fatal }) => [code, fatal])).toEqual([
      ['AUTH', false],
      ['AUTH', false],
    ]);
    expect((await failure(tokens.refresh('old-not-secret', call()))).code).toBe('AUTH');
    expect(refreshed).toBe(1);
    await clock.advance(1000);
    expect(await tokens.refresh('old-not-secret', call())).toBe('new-not-secret');
  });

  it('core-13 that fails is not remembered for longer because the clock was set back', async () => {
    const clock = testClock();
    let back = 0;
    let refreshed = 0;
    const refresh = () => {
      refreshed += 1;
      if (refreshed === 1) throw new Error('down');
      return 'new-not-secret';
    };
    const tokens = createTokens(
      { get: () => 'old-not-secret', refresh },
      { ...clock, now: () => clock.now() - back },
      createRedactor(),
    );
    const { call } = made('old-not-secret');
    await failure(tokens.refresh('old-not-secret', call()));
    back = 3_600_000;
    expect(await tokens.refresh('old-not-secret', call())).toBe('new-not-secret');
  });

  it('core-13 that brings the refused token again is no refresh', async () => {
    const { tokens, call } = made({ get: () => 'old-not-secret', refresh: () => 'old-not-secret' });
    expect(await tokens.refresh('old-not-secret', call())).toBeUndefined();
  });
});
