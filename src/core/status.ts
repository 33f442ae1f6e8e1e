import type { ErrorCode, Problem } from './errors.ts';

/** The categories that upstreams name, whatever the status beside them. */
const names: readonly [RegExp, ErrorCode][] = [
  [/^INSUFFICIENT_BALANCE$/, 'INSUFFICIENT_BALANCE'],
  [/^KYC_REQUIRED$/, 'KYC_REQUIRED'],
  [/^RATE_LIMIT(?:ED|_EXCEEDED)$/, 'RATE_LIMITED'],
  [/^AUTHENTICATION_REQUIRED$/, 'AUTH'],
  [/^PERMISSION_DENIED$/, 'PERMISSION'],
  [/^VALIDATION_ERROR$/, 'VALIDATION'],
  [/(?:^|_)NOT_FOUND$/, 'NOT_FOUND'],
];

const statuses: Readonly<Record<number, ErrorCode>> = {
  400: 'VALIDATION',
  401: 'AUTH',
  402: 'INSUFFICIENT_BALANCE',
  403: 'PERMISSION',
  404: 'NOT_FOUND',
  408: 'TIMEOUT',
  409: 'CONFLICT',
  422: 'VALIDATION',
  429: 'RATE_LIMITED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
};

/** The `code` of an error: what the upstream calls it where that is known, else by status (XS-1). A failure said with a 2xx is `UPSTREAM`. */
export function errorCodeOf(status: number, problem?: Problem): ErrorCode {
  for (const said of [problem?.code, problem?.subCode]) {
    const known = said && names.find(([name]) => name.test(said));
    if (known) return known[1];
  }
  if (status >= 200 && status < 300) {
    // A body that fails with a 2xx may carry the status that it means.
    const meant = Number(problem?.code?.match(/^HTTP_([45]\d\d)$/)?.[1]);
    return meant ? errorCodeOf(meant) : problem?.fields?.length ? 'VALIDATION' : 'UPSTREAM';
  }
  return statuses[status] ?? (status >= 500 ? 'SERVER' : problem?.fields?.length ? 'VALIDATION' : 'HTTP');
}
