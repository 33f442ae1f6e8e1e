import { isWire, textOf, type Wire } from '../stream/tip-wire.ts';

/** What a notification says of itself, however it came. */
export interface Notice {
  type: unknown;
  event: unknown;
  id: string | undefined;
  /** When it was sent, as the wire prints it. */
  at: unknown;
}

const part = (value: unknown): Wire => (isWire(value) ? value : {});

/** Ids are opaque; one that is too long keeps the end, which differs, as a text of its own: a slice would keep all of it in memory. */
export const shortId = (id: unknown): string => {
  const said = textOf(id);
  return said.length > 64 ? [...said.slice(-64)].join('') : said;
};

/**
 * Reads a notification: a frame of the socket (`metadata`, `payload`), the body of a webhook (`subscription`, `event`) with
 * `message_id` and `message_timestamp` of its headers beside, or what `events()` gives.
 */
export function noticeOf(value: Wire): Notice {
  const metadata = part(value.metadata);
  const body = isWire(value.payload) ? value.payload : value;
  return {
    type: metadata.subscription_type ?? value.type ?? part(body.subscription).type,
    event: body.event,
    id: shortId(metadata.message_id ?? value.message_id) || undefined,
    at: metadata.message_timestamp ?? value.message_timestamp,
  };
}
