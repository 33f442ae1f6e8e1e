import type { Problem } from './errors.ts';

export { errorCodeOf } from './status.ts';

/** Reads what an upstream says of its failure (XS-1). `body` is the parsed JSON, or `undefined` where `text` is none. */
export function readProblem(status: number, _headers: Headers, text: string, _body: unknown): Problem {
  return { code: `HTTP_${status}`, message: text };
}
