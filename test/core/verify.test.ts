import { expect, it } from 'vitest';
import { errorCodes } from '../../src/core/error-codes.ts';
import { type ErrorCode, TipstreamError } from '../../src/core/errors.ts';
import { verify } from '../../src/core/verify.ts';

const verdicts: readonly ErrorCode[] = ['AUTH', 'PERMISSION', 'NOT_FOUND', 'SESSION_EXPIRED', 'VALIDATION'];
const codes = Object.keys(errorCodes) as ErrorCode[];
const failing = (code: ErrorCode) => verify('demo', () => Promise.reject(new TipstreamError({ code, message: code })));

it('says that the credential works, or in the words of the refusal why not', async () => {
  expect(await verify('demo', async () => 5)).toEqual({ ok: true, message: 'demo: the credential works' });
  for (const code of verdicts) expect(await failing(code)).toEqual({ ok: false, message: code });
});

it('passes on whatever says nothing about the credential', async () => {
  for (const code of codes.filter((one) => !verdicts.includes(one)))
    await expect(failing(code), code).rejects.toMatchObject({ code });
  await expect(verify('demo', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
