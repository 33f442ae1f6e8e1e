import { TipstreamError } from '../core/errors.ts';

/** A mistake of whoever made the mock, or asked it for something that it does not know. */
export const mistake = (message: string, cause?: unknown): TipstreamError =>
  new TipstreamError({ code: 'CONFIG', platform: 'mock', message: `mock: ${message}`, cause });
