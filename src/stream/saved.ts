import { TipstreamError } from '../core/errors.ts';
import type { Received } from './pages.ts';

/** What a checkpoint holds: `page` are masked events that upstream gives no second time, `window` the last masked page of an overlapping source. */
export interface Saved<E> {
  v: 1;
  cursor?: string | undefined;
  taken?: string | undefined;
  page?: readonly Received<E>[] | undefined;
  window?: readonly string[] | undefined;
}

const isMissing = (value: unknown): boolean => value === undefined || value === null;

/**
 * What a store gave back. Whatever is no checkpoint of ours ends the stream: to begin anew over it would lose the place of whoever wrote it.
 *
 * @throws TipstreamError `STORE`
 */
export function readSaved<E>(platform: string, value: unknown): Saved<E> | undefined {
  if (isMissing(value)) return undefined;
  const { v, page, window, cursor, taken } = value as Partial<Record<keyof Saved<E>, unknown>>;
  const lists = [page, window].every((list) => isMissing(list) || Array.isArray(list));
  const texts = [cursor, taken].every((text) => isMissing(text) || typeof text === 'string');
  if (v === 1 && lists && texts) return value as Saved<E>;
  const message = `${platform}: what the store holds is no checkpoint of this version; give another key, or call forget()`;
  throw new TipstreamError({ code: 'STORE', platform, message, fatal: true });
}
