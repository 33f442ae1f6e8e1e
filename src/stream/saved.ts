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
const isText = (value: unknown): boolean => typeof value === 'string';

/** Whether all of a list are as they must be; one that is not there is. */
const every = (list: unknown, fits: (item: unknown) => boolean): boolean =>
  isMissing(list) || (Array.isArray(list) && list.every(fits));

/**
 * What a store gave back. Whatever is no checkpoint of ours ends the stream: to begin anew over it would lose the place of whoever wrote it.
 *
 * @throws TipstreamError `STORE`
 */
export function readSaved<E>(platform: string, value: unknown): Saved<E> | undefined {
  if (isMissing(value)) return undefined;
  const { v, page, window, cursor, taken } = value as Partial<Record<keyof Saved<E>, unknown>>;
  const lists =
    every(page, (item) => isText(Object(item).id) && Number.isFinite(Object(item).at)) && every(window, isText);
  const texts = [cursor, taken].every((text) => isMissing(text) || isText(text));
  if (v === 1 && lists && texts) return value as Saved<E>;
  const message = `${platform}: what the store holds is no checkpoint of this version; give another key, or call forget()`;
  throw new TipstreamError({ code: 'STORE', platform, message, fatal: true });
}
