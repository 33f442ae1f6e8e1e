import { expect, it } from 'vitest';
import { TipstreamError, type TipstreamErrorInit } from '../../src/core/errors.ts';
import { verdictOf } from '../../src/twitch/eventsub-calls.ts';

const refusal = (more: Partial<TipstreamErrorInit>, said = 'no'): TipstreamError =>
  new TipstreamError({ code: 'VALIDATION', message: said, problem: { message: said }, ...more });

it.each([
  ['exists', refusal({ status: 409 })],
  ['dead', refusal({ status: 400 }, 'websocket transport session does not exist or has already disconnected')],
  ['app', refusal({ status: 400 }, 'invalid transport and auth combination')],
  ['refused', refusal({ status: 400 }, 'the condition is not valid')],
  ['refused', refusal({ status: 403, code: 'PERMISSION' }, 'subscription missing proper authorization')],
  ['again', refusal({ status: 503, code: 'UNAVAILABLE', retryable: true })],
  ['again', refusal({ status: 202, code: 'SCHEMA' })],
  ['over', refusal({ status: 401, code: 'AUTH', fatal: true }, 'invalid token')],
  ['again', new Error('of somebody else')],
])('ES-17 what follows on a subscription that was refused: %s', (verdict, error) => {
  expect(verdictOf(error)).toBe(verdict);
});
