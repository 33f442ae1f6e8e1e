import { type Answer, json } from '../answer.ts';

/** The service's own error. */
export const failure = (
  status: number,
  code: string,
  message: string,
  now: number,
  details?: Readonly<Record<string, unknown>>,
): Answer =>
  json(status, {
    success: false,
    error: { code, message, ...(details && { details }) },
    timestamp: new Date(now).toISOString(),
    request_id: `req_${String(now % 1e9).padStart(9, '0')}`,
  });

/** FastAPI's `HTTPException`. */
export const detail = (status: number, text: string, headers: Record<string, string> = {}): Answer =>
  json(status, { detail: text }, headers);

/** FastAPI's word for parameters that are not right. */
export const unprocessable = (place: readonly string[], msg: string, type: string): Answer =>
  json(422, { detail: [{ loc: place, msg, type }] });

/** slowapi's, with nothing that says when. */
export const tooMany = (limit: number): Answer => json(429, { error: `Rate limit exceeded: ${limit} per 1 minute` });

/** What nginx says in front of a service that is down. */
export const badGateway = (status: number): Answer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<html><head><title>${status} Bad Gateway</title></head><body><h1>${status}</h1><hr>nginx</body></html>`,
});
