import { describe, expect, it } from 'vitest';
import { TipstreamError } from '../../src/core/errors.ts';
import type { LineLoss } from '../../src/stream/line.ts';
import { errorOfLoss, judge, type SocketFailure, type Verdict } from '../../src/stream/loss.ts';

const failure: SocketFailure = (code, text, fatal = false) => new TipstreamError({ code, message: text, fatal });
const loss = (more: Partial<LineLoss> = {}): LineLoss => ({
  code: 1006,
  reason: '',
  clean: false,
  opened: true,
  from: 0,
  ...more,
});
const said = (more: Partial<LineLoss>, given?: Verdict, canProbe = false) => {
  const { error, ...rest } = judge(loss(more), given, canProbe, failure);
  return { ...rest, ...(error && { code: error.code, fatal: error.fatal }) };
};

describe('a connection that is gone', () => {
  it('XS-5 is followed by another, later where the upstream has too many', () => {
    const usual = { ends: false, code: 'SOCKET', fatal: false };
    expect(said({})).toEqual({ ...usual, slow: false, probe: false });
    for (const status of [429, 503]) expect(said({ status, opened: false })).toMatchObject({ ...usual, slow: true });
    for (const status of [428, 500, 502, 504]) expect(said({ status })).toMatchObject({ ...usual, slow: false });
    for (const code of [1013, 4429]) expect(said({ code })).toMatchObject({ ...usual, slow: true });
    expect(said({ code: 4000 }, 'slow')).toMatchObject({ ...usual, slow: true });
    expect(said({ code: 1013 }, 'reconnect')).toMatchObject({ ...usual, slow: false });
  });

  it('XS-5 that never opened is asked about over HTTP', () => {
    expect(said({ opened: false })).toMatchObject({ ends: false, probe: true });
    expect(said({ opened: true })).toMatchObject({ ends: false, probe: false });
  });

  it('XS-5 that was refused ends it with what is wrong, or is asked about where that is possible', () => {
    expect(said({ status: 401, opened: false })).toEqual({ ends: true, code: 'AUTH', fatal: true });
    expect(said({ status: 403, opened: false })).toEqual({ ends: true, code: 'PERMISSION', fatal: true });
    expect(said({ code: 4401 })).toEqual({ ends: true, code: 'AUTH', fatal: true });
    expect(said({ code: 4403 })).toEqual({ ends: true, code: 'PERMISSION', fatal: true });
    for (const more of [{ status: 401, opened: false }, { code: 4401 }])
      expect(said(more, undefined, true)).toMatchObject({ ends: false, probe: true, code: 'SOCKET' });
    const { error } = judge(loss({ code: 4403 }), undefined, false, failure);
    expect(error?.message).toBe('4403, the credential was refused; make a new one');
  });

  it('XS-5 ends in peace, or with the error that the platform gives', () => {
    expect(said({ code: 4404 })).toEqual({ ends: true });
    expect(said({}, 'end')).toEqual({ ends: true });
    const given = failure('PERMISSION', 'no', true);
    expect(judge(loss(), given, true, failure)).toEqual({ ends: true, error: given });
    expect(said({ error: failure('AUTH', 'given up', true) })).toMatchObject({ ends: true, fatal: true });
  });

  it('says in words how it went', () => {
    const words = (more: Partial<LineLoss>): string => errorOfLoss(loss(more), failure).message;
    expect(words({ code: 1011, reason: 'restart' })).toBe('the connection ended (1011 restart)');
    expect(words({})).toBe('the connection ended (1006)');
    expect(words({ status: 502, opened: false })).toBe('no connection (502); look at the network and the address');
  });
});
