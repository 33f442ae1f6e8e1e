/** What EventSub writes, as production does: times in nanoseconds, the same session over a hand-over, nobody as `null`. */

/** One subscription. */
export interface MockSubscription {
  id: string;
  type: string;
  version: string;
  condition: Readonly<Record<string, unknown>>;
  /** The session that it is sent over. */
  session: string;
  /** Who made it. */
  userId: string;
  createdAt: string;
  status: string;
}

/** RFC 3339 with nanoseconds. */
export const nanoseconds = (ms: number): string => new Date(ms).toISOString().replace('Z', '626000Z');

export const subscriptionOf = ({ id, status, type, version, condition, session, createdAt }: MockSubscription) => ({
  id,
  status,
  type,
  version,
  condition,
  transport: { method: 'websocket', session_id: session, connected_at: createdAt },
  created_at: createdAt,
  cost: 0,
});

const frame = (id: string, at: number, type: string, payload: unknown, more: object = {}) => ({
  metadata: { message_id: id, message_type: type, message_timestamp: nanoseconds(at), ...more },
  payload,
});

export const welcome = (id: string, at: number, session: string, keepalive: number) =>
  frame(id, at, 'session_welcome', {
    session: {
      id: session,
      status: 'connected',
      connected_at: nanoseconds(at),
      keepalive_timeout_seconds: keepalive,
      reconnect_url: null,
      recovery_url: null,
    },
  });

export const keepaliveFrame = (id: string, at: number) => frame(id, at, 'session_keepalive', {});

export const reconnect = (id: string, at: number, session: string, url: string) =>
  frame(id, at, 'session_reconnect', {
    session: {
      id: session,
      status: 'reconnecting',
      keepalive_timeout_seconds: null,
      reconnect_url: url,
      connected_at: nanoseconds(at),
    },
  });

const typed = ({ type, version }: MockSubscription) => ({ subscription_type: type, subscription_version: version });

export const notification = (id: string, at: number, subscription: MockSubscription, event: unknown) =>
  frame(id, at, 'notification', { subscription: subscriptionOf(subscription), event }, typed(subscription));

export const revocation = (id: string, at: number, subscription: MockSubscription) =>
  frame(id, at, 'revocation', { subscription: subscriptionOf(subscription) }, typed(subscription));
