import { readTimestamp } from '../core/timestamp.ts';
import { isWire, type Wire } from '../stream/tip-wire.ts';

/** What a subscription to updates may be for. */
export type AnilibriaUpdateType = 'new_episode' | 'new_title' | 'status_change' | (string & {});

/** What every notification has. Texts are foreign texts. */
export interface AnilibriaNotificationData {
  title_id: number;
  /** ISO 8601; UTC where it has no offset. */
  timestamp?: string;
  [more: string]: unknown;
}

/** An episode came out. */
export interface AnilibriaNewEpisode {
  type: 'new_episode';
  data: AnilibriaNotificationData & {
    episode?: number | string;
    title?: string;
    episode_name?: string;
    poster?: string;
  };
  /** When, Unix time in milliseconds; without a word of it, when it arrived. */
  at: number;
}

/** A title is new. */
export interface AnilibriaNewTitle {
  type: 'new_title';
  data: AnilibriaNotificationData & { title?: string; poster?: string; genres?: string[] };
  at: number;
}

/** A title goes on, is complete, or was announced. */
export interface AnilibriaStatusChange {
  type: 'status_change';
  data: AnilibriaNotificationData & { old_status?: string; new_status?: string };
  at: number;
}

/** Something that this library does not know. */
export interface AnilibriaUnknown {
  type: 'unknown';
  /** As the wire calls it. */
  name: string;
  data: Readonly<Record<string, unknown>>;
  at: number;
}

/** What the service tells over its socket. */
export type AnilibriaNotification = AnilibriaNewEpisode | AnilibriaNewTitle | AnilibriaStatusChange | AnilibriaUnknown;

/** What one frame says: a notification, the service's own error, or nothing that can be read. */
export type Frame =
  | { kind: 'notification'; notification: AnilibriaNotification; id: string | undefined }
  | { kind: 'error'; code: string; message: string }
  | { kind: 'invalid'; path: string; code: string };

const known = ['new_episode', 'new_title', 'status_change'];

const invalid = (path: string, code: string): Frame => ({ kind: 'invalid', path, code });

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const idOf = (value: unknown): number | undefined => {
  const id = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : undefined;
};

/** A word of the wire; nothing for an object, which may not even be turned into a text. */
const plain = (value: unknown): string => (typeof value === 'object' ? '' : String(value ?? ''));

/**
 * Reads a frame. The id and the time may stand in `data` or beside it (AL-28).
 *
 * @param now - When it arrived, Unix time in milliseconds.
 */
export function readFrame(text: string, now: number): Frame {
  const frame = parse(text);
  if (!isWire(frame)) return invalid('', frame === undefined ? 'no JSON' : 'wrong type for frame');
  const { type, data: inner, ...beside } = frame;
  if (typeof type !== 'string' || !type) return invalid('type', 'type missing');
  const data: Wire = { ...beside, ...(isWire(inner) ? inner : {}) };
  if (type === 'error')
    return {
      kind: 'error',
      code: plain(data.code),
      message: typeof data.message === 'string' ? data.message : '',
    };
  const at = readTimestamp(data.timestamp) ?? now;
  if (!known.includes(type))
    return { kind: 'notification', notification: { type: 'unknown', name: type, data, at }, id: undefined };
  const title_id = idOf(data.title_id);
  if (title_id === undefined) return invalid('data.title_id', 'title_id missing');
  const notification = { type, data: { ...data, title_id }, at } as AnilibriaNotification;
  // The same title may be told twice: to who watches it, and to who watches all updates.
  const what = plain(data.episode ?? data.new_status);
  const when = plain(data.timestamp);
  // What is longer is no time and no episode, and not worth the memory.
  const id = when && when.length + what.length <= 100 ? `${type}:${title_id}:${when}:${what}` : undefined;
  return { kind: 'notification', notification, id };
}
