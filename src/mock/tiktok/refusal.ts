import { type Answer, json } from '../answer.ts';

export const unauthenticated = (): Answer =>
  json(401, {
    error: 'AUTHENTICATION_REQUIRED',
    message: 'Valid authentication credentials required',
    details: 'Provide either X-API-Key header or Authorization: Bearer <token>',
  });

export const forbidden = (): Answer =>
  json(403, { error: 'INSUFFICIENT_PERMISSIONS', message: 'Insufficient permissions for this endpoint' });

/** A limit, with its numbers where it is one of the documented rules. */
export const limited = (wait: number, rule?: { limit: number; window: number }): Answer => {
  const retry_after = Math.round(wait * 10) / 10;
  return json(429, {
    error: 'RATE_LIMIT_EXCEEDED',
    message: `Rate limit exceeded. Try again in ${retry_after} seconds`,
    retry_after,
    ...rule,
  });
};

/** A field that is missing or of another type, as pydantic says it. */
export const invalid = (status: number, place: 'body' | 'query', field: string): Answer =>
  json(status, { detail: [{ loc: [place, field], msg: 'field required', type: 'value_error.missing' }] });

export const detail = (status: number, text: string): Answer => json(status, { detail: text });
