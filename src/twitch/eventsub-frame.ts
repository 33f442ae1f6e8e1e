import { type Invalid, invalid, isWire, secondsOf, textOf, type Wire } from '../stream/tip-wire.ts';
import { part } from './eventsub-calls.ts';
import { shortId } from './notification.ts';
import type { TwitchEvent } from './schemas/events.ts';

/** What a frame of the socket says. `at` is the upstream's clock, Unix time in seconds. */
export type Frame =
  | { kind: 'welcome'; at: number | undefined; session: string; keepalive: number | undefined }
  | { kind: 'keepalive'; at: number | undefined }
  | { kind: 'reconnect'; at: number | undefined; url: string }
  | { kind: 'revocation'; at: number | undefined; subscription: unknown }
  | { kind: 'notification'; at: number | undefined; id: string; event: TwitchEvent }
  | { kind: 'other' };

/** What is inside an event is checked where it is read. */
const isEvent = (said: object): said is TwitchEvent => 'type' in said && 'event' in said;

/** The notification in a frame. */
function notification(metadata: Wire, payload: Wire): TwitchEvent | Invalid {
  if (!isWire(payload.event)) return invalid('wrong type for event', 'payload.event');
  const { subscription_type: type, subscription_version: version, message_id, message_timestamp } = metadata;
  if (!textOf(type)) return invalid('wrong type for subscription_type', 'metadata.subscription_type');
  const said = {
    type,
    version,
    message_id,
    message_timestamp,
    subscription: payload.subscription,
    event: payload.event,
  };
  return isEvent(said) ? said : invalid('unreadable', 'payload');
}

/** Reads a frame. Never throws; a report holds no content. */
export function readFrame(text: string): Frame | Invalid {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return invalid('no JSON');
  }
  if (!isWire(frame) || !isWire(frame.metadata)) return invalid('wrong type for metadata', 'metadata');
  const { metadata } = frame;
  const payload = part(frame.payload);
  const session = part(payload.session);
  const at = secondsOf(metadata.message_timestamp);
  switch (metadata.message_type) {
    case 'notification': {
      const event = notification(metadata, payload);
      if ('invalid' in event) return event;
      const id = shortId(metadata.message_id);
      return id ? { kind: 'notification', at, id, event } : invalid('wrong type for message_id', 'metadata.message_id');
    }
    case 'session_keepalive':
      return { kind: 'keepalive', at };
    case 'session_welcome': {
      const { id, keepalive_timeout_seconds: seconds } = session;
      if (!textOf(id)) return invalid('wrong type for id', 'payload.session.id');
      const keepalive = typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined;
      return { kind: 'welcome', at, session: textOf(id), keepalive };
    }
    case 'session_reconnect':
      // Below `session`: a connection to any other address begins a new session.
      return { kind: 'reconnect', at, url: textOf(session.reconnect_url) };
    case 'revocation':
      return { kind: 'revocation', at, subscription: payload.subscription };
    default:
      return { kind: 'other' };
  }
}
