import type { Stop } from '../../core/time.ts';
import type { Answer } from '../answer.ts';
import { people, phrases } from '../people.ts';
import { pick } from '../random.ts';
import type { ServiceRoute, ServiceSetting, ServiceSocket, ServiceVisit } from '../service.ts';
import { type Giving, type Happening, happenings, type MockPerson } from './eventsub-events.ts';
import { type MockSubscription, notification, revocation } from './eventsub-frames.ts';
import { createSessions, type EventSubSwitches, type MockSession } from './eventsub-sessions.ts';
import { type EventSubCaller, type Refused, subscriptionRoutes } from './eventsub-subscriptions.ts';

/** One notification that was written. */
export interface SentNotification {
  /** Which happening of all it was, from 0. */
  number: number;
  id: string;
  type: string;
  /** Unix time in milliseconds. */
  at: number;
  session: string;
}

/** What a test can see and do at EventSub. */
export interface EventSubControls {
  readonly switches: EventSubSwitches;
  /** Sessions that are open. */
  readonly sessions: ReadonlyMap<string, MockSession>;
  /** Connections so far. */
  readonly connections: number;
  /** Subscriptions, those of lost connections too. */
  readonly subscriptions: ReadonlyMap<string, MockSubscription>;
  /** What was written, in order. */
  readonly sent: readonly SentNotification[];
  /** What can happen in the channel, for `happen`. */
  readonly what: ReturnType<typeof happenings>;
  /** Something happens now. Returns its number; nobody may be listening. */
  happen(happening: Happening): number;
  /** Writes the last `count` notifications once more, each with the id that it had. */
  resend(count?: number): void;
  /** Writes a notification that says it is so old, in milliseconds. */
  replay(happening: Happening, age: number): void;
  /** Asks every session to reconnect, to another address where one is given. */
  handOver(to?: string): void;
  /** Takes subscriptions away, of one type or all. */
  revoke(status: string, type?: string): void;
  /** Writes any frame. */
  write(message: unknown): void;
  /** Closes every connection with a code. */
  close(code: number, reason?: string): void;
  /** Cuts every connection without a word. */
  drop(): void;
  /** Says nothing more on any connection, and does not close it. */
  freeze(): void;
  /** Refuses the next requests for a subscription. */
  refuse(refused: Refused): void;
  /** Refuses nothing any more. */
  accept(): void;
}

/** EventSub as a part of the mock: its socket, Helix's calls for it, and an evening that repeats itself with its seed. */
export interface EventSubMock {
  routes: readonly ServiceRoute[];
  sockets: readonly ServiceSocket[];
  controls: EventSubControls;
  close(): void;
}

/** What EventSub is made with, beside what every service is. */
export interface EventSubSetting extends Pick<ServiceSetting, 'clock' | 'random' | 'pace' | 'every' | 'origin'> {
  /** Whose channel it is. */
  channel: MockPerson;
  /** Whose token a request carries, or the answer to one that is not let in. */
  callerOf(visit: ServiceVisit): EventSubCaller | Answer;
}

export function createEventSub(setting: EventSubSetting): EventSubMock {
  const { clock, random, pace, every, channel } = setting;
  const switches: EventSubSwitches = {
    keepalive: 10,
    keepalives: true,
    greets: true,
    linger: 0,
    unused: 10_000,
    grace: 30_000,
    renames: false,
    refusesHandOver: false,
  };
  const all = new Map<string, MockSubscription>();
  const sent: SentNotification[] = [];
  const frames = new Map<string, unknown>();
  const lostAt = new Map<string, number>();
  const refused: Refused[] = [];
  const what = happenings(channel);
  let number = 0;
  let evening: Stop | undefined;

  const on = (session: string): MockSubscription[] =>
    [...all.values()].filter((one) => one.session === session && one.status === 'enabled');
  const sessions = createSessions(
    setting,
    switches,
    on,
    (session, broke) => {
      for (const one of on(session.id)) one.status = 'websocket_disconnected';
      if (broke) lostAt.set(session.id, clock.now());
      if (sessions.open.size > 0) return;
      evening?.();
      evening = undefined;
    },
    (from, to) => {
      for (const one of all.values()) if (one.session === from) one.session = to;
    },
  );

  const tell = (session: MockSession, frame: { metadata: { message_id: string } }, type: string): void => {
    const id = frame.metadata.message_id;
    frames.set(id, frame);
    if (sessions.tell(session, frame)) sent.push({ number, id, type, at: clock.now(), session: session.id });
  };
  const write = (happening: Happening, at: number): void => {
    for (const [type, event] of happening)
      for (const session of sessions.open.values())
        for (const one of on(session.id))
          if (one.type === type && (one.condition.broadcaster_user_id ?? channel.id) === channel.id)
            tell(session, notification(sessions.nextId(), at, one, event), type);
  };
  const happen = (happening: Happening): number => {
    write(happening, clock.now());
    return number++;
  };

  /** One thing after the other, while somebody listens. */
  const next = (): void => {
    evening = clock.after(Math.max(20, (every * (0.5 + random())) / pace), () => {
      happen(drawn());
      next();
    });
  };
  const drawn = (): Happening => {
    const login = pick(random, people);
    const from = { id: String(2001 + people.indexOf(login)), login, name: login };
    const giving: Giving = { from, message: pick(random, phrases), ...(random() < 0.2 && { anonymous: 'null' }) };
    const tier = pick(random, ['1000', '1000', '2000', '3000']);
    switch (pick(random, ['cheer', 'cheer', 'cheer', 'powerUp', 'subscribe', 'gift', 'resub', 'train'])) {
      case 'powerUp':
        return what.powerUp(30, { from });
      case 'subscribe':
        return what.subscribe(tier, { from });
      case 'gift':
        return what.gift(1 + Math.floor(random() * 5), tier, giving);
      case 'resub':
        return what.resub(2 + Math.floor(random() * 40), tier, { ...giving, anonymous: undefined });
      case 'train':
        return what.hypeTrain(Math.floor(random() * 500));
      default:
        return what.cheer(pick(random, [1, 10, 50, 100, 500]), giving);
    }
  };

  const routes = subscriptionRoutes({
    now: () => clock.now(),
    nextId: sessions.nextId,
    sessions: sessions.open,
    all,
    refused,
    counts: ({ session, status }) =>
      status === 'enabled' || (lostAt.get(session) ?? Number.NEGATIVE_INFINITY) + switches.linger > clock.now(),
    callerOf: setting.callerOf,
    subscribed() {
      if (evening === undefined && Number.isFinite(every)) next();
    },
  });

  const peers = () => [...sessions.open.values()].map(({ peer }) => peer);
  return {
    routes,
    sockets: [sessions.socket],
    close() {
      evening?.();
      sessions.end();
    },
    controls: {
      switches,
      sessions: sessions.open,
      get connections() {
        return sessions.connections;
      },
      subscriptions: all,
      sent,
      what,
      happen,
      resend(count = 1) {
        for (const { id, session } of sent.slice(-count)) {
          const open = sessions.open.get(session);
          if (open) sessions.tell(open, frames.get(id));
        }
      },
      replay: (happening, age) => write(happening, clock.now() - age),
      handOver: sessions.handOver,
      revoke(status, type) {
        for (const one of [...all.values()]) {
          if (one.status !== 'enabled' || (type ?? one.type) !== one.type) continue;
          one.status = status;
          all.delete(one.id);
          const session = sessions.open.get(one.session);
          if (session) sessions.tell(session, revocation(sessions.nextId(), clock.now(), one));
        }
      },
      write(message) {
        for (const session of sessions.open.values()) sessions.tell(session, message);
      },
      close(code, reason) {
        for (const peer of peers()) peer.close(code, reason);
      },
      drop() {
        for (const peer of peers()) peer.drop();
      },
      freeze() {
        for (const peer of peers()) peer.freeze();
      },
      refuse: (instead) => void refused.push(instead),
      accept() {
        refused.length = 0;
      },
    },
  };
}
