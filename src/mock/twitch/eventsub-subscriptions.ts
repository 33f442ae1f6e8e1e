import { isWire, textOf } from '../../stream/tip-wire.ts';
import { scopeOf } from '../../twitch/eventsub-topics.ts';
import { type Answer, json } from '../answer.ts';
import type { ServiceRoute, ServiceVisit } from '../service.ts';
import { type MockSubscription, nanoseconds, subscriptionOf } from './eventsub-frames.ts';
import type { MockSession } from './eventsub-sessions.ts';
import { refusal } from './refusal.ts';

/** Whose token a request carries. */
export interface EventSubCaller {
  /** Absent of an app's. */
  userId?: string | undefined;
  scopes: readonly string[];
  /** What Helix says of the bucket. */
  headers: Record<string, string>;
}

/** How requests for a subscription are answered in place of the truth. */
export interface Refused {
  status: number;
  message: string;
  /** Of this type only. */
  type?: string | undefined;
  /** So many times. @default always */
  times?: number | undefined;
  headers?: Record<string, string> | undefined;
}

/** What the routes work on. */
export interface SubscriptionDesk {
  now(): number;
  nextId(): string;
  sessions: ReadonlyMap<string, MockSession>;
  /** Every subscription, those of lost connections too. */
  all: Map<string, MockSubscription>;
  refused: Refused[];
  /** Whether a subscription of a lost connection still counts. */
  counts(subscription: MockSubscription): boolean;
  callerOf(visit: ServiceVisit): EventSubCaller | Answer;
  subscribed(subscription: MockSubscription): void;
}

const same = (one: MockSubscription, type: string, condition: unknown): boolean =>
  one.type === type && JSON.stringify(one.condition) === JSON.stringify(condition);

const limits = { max_total_cost: 10, total_cost: 0 };

/** Helix's three calls for EventSub, below `/helix`. */
export function subscriptionRoutes(desk: SubscriptionDesk): ServiceRoute[] {
  const path = '/helix/eventsub/subscriptions';
  const ofUser = (userId: string | undefined): MockSubscription[] =>
    [...desk.all.values()].filter((one) => one.userId === userId);

  const create = async (visit: ServiceVisit): Promise<Answer> => {
    const caller = desk.callerOf(visit);
    if ('status' in caller) return caller;
    const { userId, headers } = caller;
    const body = await visit.body();
    const { type, version, condition, transport } = isWire(body) ? body : {};
    if (!textOf(type) || !textOf(version) || !isWire(condition) || !isWire(transport))
      return refusal(400, 'Missing required parameter "type", "version", "condition" or "transport"');
    const instead = desk.refused.find((one) => (one.type ?? type) === type && (one.times ?? 1) > 0);
    if (instead) {
      if (instead.times !== undefined) instead.times -= 1;
      return refusal(instead.status, instead.message, { ...headers, ...instead.headers });
    }
    if (userId === undefined) return refusal(400, 'invalid transport and auth combination');
    const session = desk.sessions.get(textOf(transport.session_id));
    if (!session?.peer.open)
      return refusal(400, 'websocket transport session does not exist or has already disconnected');
    if (session.userId !== undefined && session.userId !== userId)
      return refusal(400, 'websocket transport cannot have subscriptions created by multiple users');
    const scope = scopeOf(textOf(type));
    if (scope && (!caller.scopes.includes(scope) || condition.broadcaster_user_id !== userId))
      return refusal(403, 'subscription missing proper authorization');
    const mine = ofUser(userId).filter(desk.counts);
    if (mine.some((one) => one.session === session.id && same(one, textOf(type), condition)))
      return refusal(409, 'subscription already exists');
    if (mine.filter((one) => same(one, textOf(type), condition)).length >= 3)
      return refusal(429, 'maximum subscriptions with type and condition exceeded');
    const transports = new Set(mine.map((one) => one.session)).add(session.id);
    if (transports.size > 3) return refusal(429, 'number of websocket transports limit exceeded');
    const subscription: MockSubscription = {
      id: desk.nextId(),
      type: textOf(type),
      version: textOf(version),
      condition,
      session: session.id,
      userId,
      createdAt: nanoseconds(desk.now()),
      status: 'enabled',
    };
    session.userId = userId;
    desk.all.set(subscription.id, subscription);
    desk.subscribed(subscription);
    return json(202, { data: [subscriptionOf(subscription)], total: mine.length + 1, ...limits }, headers);
  };

  return [
    { method: 'POST', path, answer: create },
    {
      method: 'GET',
      path,
      answer(visit) {
        const caller = desk.callerOf(visit);
        if ('status' in caller) return caller;
        const { userId, headers } = caller;
        const [type, status] = ['type', 'status'].map((name) => visit.url.searchParams.get(name));
        const found = ofUser(userId).filter(
          (one) => (type ?? one.type) === one.type && (status ?? one.status) === one.status,
        );
        return json(200, { total: found.length, data: found.map(subscriptionOf), ...limits, pagination: {} }, headers);
      },
    },
    {
      method: 'DELETE',
      path,
      answer(visit) {
        const caller = desk.callerOf(visit);
        if ('status' in caller) return caller;
        const { userId, headers } = caller;
        const one = desk.all.get(visit.url.searchParams.get('id') ?? '');
        if (!one || one.userId !== userId) return refusal(404, 'The subscription was not found');
        desk.all.delete(one.id);
        return { status: 204, headers, body: '' };
      },
    },
  ];
}
