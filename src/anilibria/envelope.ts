import { isWire } from '../stream/tip-wire.ts';
import type { AnilibriaAnswerMeta, AnilibriaPagination } from './schemas.ts';
import { readAnswerMeta, readPagination } from './shapes.ts';

/** An answer without its envelope. */
export interface Enveloped<T> {
  data: T;
  pagination?: AnilibriaPagination;
  meta?: AnilibriaAnswerMeta;
  /** Completes its addresses, where it came from elsewhere. */
  assets?: string | undefined;
}

/** Reads what may be there; what is odd is left out, for nothing depends on it. */
const beside = <T>(read: (value: unknown) => T, value: unknown): T | undefined => {
  try {
    return value == null ? undefined : read(value);
  } catch {
    return undefined;
  }
};

/** Reads an answer in its envelope, or one that came without (AL-8). */
export const enveloped =
  <T>(read: (data: unknown) => T) =>
  (value: unknown): Enveloped<T> => {
    if (!isWire(value) || !('data' in value)) return { data: read(value) };
    const pagination = beside(readPagination, value.pagination);
    const meta = beside(readAnswerMeta, value.meta);
    return { data: read(value.data), ...(pagination && { pagination }), ...(meta && { meta }) };
  };
