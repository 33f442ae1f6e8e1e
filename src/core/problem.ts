import type { ErrorCode, Problem } from './errors.ts';
import { errorCodeOf, type ReadProblem } from './status.ts';
import { capped, excerpt } from './words.ts';

type Fields = NonNullable<Problem['fields']>;
type Body = Readonly<Record<string, unknown>>;

/** The categories that upstreams name, whatever the status beside them. */
const categories: readonly [RegExp, ErrorCode][] = [
  [/^INSUFFICIENT_BALANCE$/, 'INSUFFICIENT_BALANCE'],
  [/^KYC_REQUIRED$/, 'KYC_REQUIRED'],
  [/^RATE_LIMIT(?:ED|_EXCEEDED)$/, 'RATE_LIMITED'],
  [/^AUTHENTICATION_REQUIRED$/, 'AUTH'],
  [/^PERMISSION_DENIED$/, 'PERMISSION'],
  [/^VALIDATION_ERROR$/, 'VALIDATION'],
  [/(?:^|_)NOT_FOUND$/, 'NOT_FOUND'],
];

/** What a problem is in our words: by category, by the status that a 2xx means, or because it names fields. */
function meaningOf({ code, subCode, fields }: Problem, status: number): ErrorCode | undefined {
  for (const said of [code, subCode]) {
    const known = said && categories.find(([name]) => name.test(said));
    if (known) return known[1];
  }
  const meant = Number(/^HTTP_([45]\d\d)$/.exec(code ?? '')?.[1] ?? 0);
  if (status < 300 && meant) return errorCodeOf(meant);
  return fields?.length && ['UPSTREAM', 'HTTP'].includes(errorCodeOf(status)) ? 'VALIDATION' : undefined;
}

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text out of whatever stands in its place; `undefined` for what is none. */
const words = (value: unknown): string | undefined => {
  if (Array.isArray(value))
    return words(
      value
        .slice(0, 5)
        .map((item) => (Array.isArray(item) ? '' : words(item)))
        .filter(Boolean)
        .join('; '),
    );
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' ? excerpt(value) || undefined : undefined;
};

/** The words of a page or a log line. */
const plain = (text: string): string =>
  capped(text)
    .replace(/<(script|style|head)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ');

/** `[{ loc, msg, type }]` and its relatives. What was sent is not repeated. */
const listedFields = (items: readonly unknown[]): Fields =>
  items.slice(0, 50).map((item) => {
    if (!isBody(item)) return { path: '', message: words(item) ?? 'invalid' };
    const place = item.loc ?? item.path ?? item.field ?? '';
    const type = words(item.type);
    return {
      path: (Array.isArray(place) ? place : [place]).map(words).filter(Boolean).join('.'),
      message: words(item.msg ?? item.message) ?? 'invalid',
      ...(type !== undefined && { type }),
    };
  });

/** `{ field: 'text' }` or `{ field: ['text', ...] }`. */
const mappedFields = (map: Body): Fields =>
  Object.entries(map)
    .slice(0, 50)
    .map(([path, message]) => ({ path: excerpt(path), message: words(message) ?? 'invalid' }));

const firstField = (fields: Fields | undefined): string | undefined => {
  const first = fields?.[0];
  return first && excerpt(first.path ? `${first.path}: ${first.message}` : first.message);
};

interface Said {
  code?: string | undefined;
  subCode?: string | undefined;
  message?: string | undefined;
  reason?: string | undefined;
  details?: unknown;
  fields?: Fields | undefined;
}

/** What the body says, by its form; the first form that fits counts. */
function readBody(body: Body): Said {
  const { error, detail, errors, details } = body;
  const message = words(body.message);
  const reason = words(body.reason);
  const status = typeof body.status === 'number' ? `HTTP_${body.status}` : undefined;
  if (isBody(error)) {
    return {
      code: words(error.code),
      message: words(error.message) ?? message,
      reason: words(error.reason) ?? reason,
      details: error.details ?? details,
    };
  }
  if (typeof error === 'string' && error.trim()) {
    const subCode = words(body.code);
    return /^[A-Z][A-Z0-9_]+$/.test(error)
      ? { code: error, subCode, message: message ?? error, reason, details }
      : { code: status, subCode, message: message ?? words(error), reason, details };
  }
  if (typeof detail === 'string' && detail.trim())
    return { code: words(body.error_code), message: words(detail), reason, details };
  if (Array.isArray(detail)) {
    const fields = listedFields(detail);
    return { message: firstField(fields) ?? message, fields };
  }
  if (isBody(detail)) return readBody('error' in detail ? { ...detail, detail: undefined } : { error: detail });
  const fields = Array.isArray(errors) ? listedFields(errors) : isBody(errors) ? mappedFields(errors) : undefined;
  const code = words(body.code);
  return {
    code: code ?? words(body.error_code) ?? status,
    message: message ?? firstField(fields),
    reason,
    details,
    fields,
  };
}

/** Whether a body says that the call failed, whatever its status: `{ success: false }` or `{ status: 'error' }`. */
export const saysFailure = (body: unknown): boolean =>
  isBody(body) && (body.success === false || body.status === 'error');

/**
 * Reads what an upstream says of its failure, in any of the known forms (XS-1). It takes over what the upstream wrote: give it
 * text and body without secrets, or take them out of the result.
 *
 * @param body - The parsed JSON, `undefined` where `text` is none.
 * @returns Always a `message`; `details` is not enumerable.
 */
export function readProblem(status: number, headers: Headers, text: string, body: unknown): ReadProblem {
  const top = isBody(body) ? body : {};
  const said: Said = isBody(body)
    ? readBody(body)
    : { code: `HTTP_${status}`, message: body === undefined ? excerpt(plain(text)) : words(body) };
  const wait = Number(
    words(top.retry_after ?? (isBody(said.details) ? said.details.retry_after : undefined)) ?? Number.NaN,
  );
  const { details, message, ...rest } = said;
  const all = {
    ...rest,
    requestId: words(top.request_id ?? top.requestId) ?? headers.get('x-request-id') ?? undefined,
    correlationId: words(top.correlation_id ?? top.correlationId),
    timestamp: words(top.timestamp),
    retryAfterMs: wait >= 0 && wait < 1e9 ? wait * 1000 : undefined,
  };
  const problem: ReadProblem = { message: message || `HTTP ${status}` };
  for (const [key, value] of Object.entries(all)) if (value !== undefined) Object.assign(problem, { [key]: value });
  const hidden = { details: details ?? undefined, means: meaningOf(problem, status) };
  // Whoever reads on may know better.
  for (const [key, value] of Object.entries(hidden))
    if (value !== undefined) Object.defineProperty(problem, key, { value, configurable: true });
  return problem;
}
