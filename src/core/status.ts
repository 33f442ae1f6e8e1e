import type { ErrorCode, Problem } from './errors.ts';

/** The `code` of an error: by what the upstream said where it is known, else by status (XS-1). */
export function errorCodeOf(_status: number, _problem?: Problem): ErrorCode {
  return 'HTTP';
}
