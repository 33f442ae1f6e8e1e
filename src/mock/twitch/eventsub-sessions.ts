import type { Stop } from '../../core/time.ts';
import type { Peer, ServiceSetting, ServiceSocket } from '../service.ts';
import { keepaliveFrame, type MockSubscription, reconnect, welcome } from './eventsub-frames.ts';

/** What can be changed at any time. */
export interface EventSubSwitches {
  /** Seconds of silence that are promised where a client does not choose. @default 10 */
  keepalive: number;
  /** Sends keepalives. @default true */
  keepalives: boolean;
  /** Greets a new connection. @default true */
  greets: boolean;
  /** How long a connection that broke still counts as one, in milliseconds. @default 0 */
  linger: number;
  /** How long a session may be unused, in milliseconds. @default 10000 */
  unused: number;
  /** How long a hand-over may take, in milliseconds. @default 30000 */
  grace: number;
  /** Changes the session's id with a hand-over, as the official command line does. @default false */
  renames: boolean;
  /** Turns every connection away that follows a hand-over. @default false */
  refusesHandOver: boolean;
}

/** One session: a connection, or two while it is handed over. */
export interface MockSession {
  id: string;
  /** Where notifications go. */
  peer: Peer;
  /** Seconds. */
  keepalive: number;
  /** The user whose subscriptions are on it. */
  userId?: string;
  /** When it was lost without a goodbye, Unix time in milliseconds. */
  lostAt?: number;
}

/** Every session, and how they come and go. */
export interface Sessions {
  readonly socket: ServiceSocket;
  readonly open: ReadonlyMap<string, MockSession>;
  /** Connections so far. */
  readonly connections: number;
  /** Sends a frame to a session; `false` where nobody can hear it. */
  tell(session: MockSession, message: unknown): boolean;
  /** Asks every session to reconnect. */
  handOver(to?: string): void;
  nextId(): string;
  end(): void;
}

/** The shape of a uuid, drawn from the seed. */
const uuid = (random: () => number): string =>
  'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(random() * 16).toString(16));

export function createSessions(
  { clock, random, origin }: Pick<ServiceSetting, 'clock' | 'random' | 'origin'>,
  switches: EventSubSwitches,
  subscriptionsOf: (session: string) => readonly MockSubscription[],
  /** A session is gone; `broke` without a goodbye. */
  gone: (session: MockSession, broke: boolean) => void,
  /** A session has another id. */
  renamed: (from: string, to: string) => void,
): Sessions {
  const open = new Map<string, MockSession>();
  const timers = new Map<Peer | MockSession, Stop[]>();
  /** Hand-overs under way, by their challenge. */
  const challenges = new Map<string, MockSession>();
  let connections = 0;

  const nextId = (): string => uuid(random);
  const later = (of: Peer | MockSession, ms: number, run: () => void): void => {
    timers.set(of, [...(timers.get(of) ?? []), clock.after(ms, run)]);
  };
  const still = (of: Peer | MockSession): void => {
    for (const stop of timers.get(of) ?? []) stop();
    timers.delete(of);
  };

  /** Silence is broken by a keepalive; the timer begins anew with every frame. */
  const beat = (session: MockSession): void => {
    const { peer } = session;
    still(peer);
    later(peer, session.keepalive * 1000, () => {
      if (session.peer !== peer || !peer.open) return;
      if (switches.keepalives) peer.send(keepaliveFrame(nextId(), clock.now()));
      beat(session);
    });
  };

  const greet = (session: MockSession): void => {
    if (!switches.greets) return;
    session.peer.send(welcome(nextId(), clock.now(), session.id, session.keepalive));
    beat(session);
  };

  const end = (session: MockSession, broke: boolean): void => {
    if (open.get(session.id) !== session) return;
    open.delete(session.id);
    for (const [challenge, each] of challenges) if (each === session) challenges.delete(challenge);
    still(session.peer);
    still(session);
    gone(session, broke);
  };

  const listen = (session: MockSession, peer: Peer): void => {
    // A socket of EventSub only listens.
    peer.onMessage(() => peer.close(4001, 'client sent inbound traffic'));
    peer.onClose((code) => {
      still(peer);
      if (session.peer === peer) end(session, code === 1006);
    });
  };

  const take = (peer: Peer, challenge: string, id: string | null): void => {
    const session = challenges.get(challenge);
    challenges.delete(challenge);
    if (!session || session.id !== id || switches.refusesHandOver) return peer.close(4007, 'invalid reconnect');
    still(session.peer);
    session.peer = peer;
    if (switches.renames) {
      open.delete(session.id);
      const before = session.id;
      session.id = nextId();
      open.set(session.id, session);
      renamed(before, session.id);
    }
    listen(session, peer);
    greet(session);
  };

  return {
    open,
    nextId,
    get connections() {
      return connections;
    },
    socket: {
      path: '/ws',
      open({ url }, peer) {
        connections += 1;
        const challenge = url.searchParams.get('challenge');
        if (challenge !== null) return take(peer, challenge, url.searchParams.get('id'));
        const wanted = Number(url.searchParams.get('keepalive_timeout_seconds') ?? switches.keepalive);
        const session: MockSession = { id: nextId(), peer, keepalive: Math.min(600, Math.max(10, wanted || 10)) };
        open.set(session.id, session);
        listen(session, peer);
        greet(session);
        later(session, switches.unused, () => {
          if (subscriptionsOf(session.id).length === 0) session.peer.close(4003, 'connection unused');
        });
      },
    },
    tell(session, message) {
      if (!session.peer.open) return false;
      session.peer.send(message);
      beat(session);
      return true;
    },
    handOver(to) {
      for (const session of open.values()) {
        const challenge = nextId();
        challenges.set(challenge, session);
        const old = session.peer;
        const url = to ?? `${origin().replace(/^http/, 'ws')}/ws?challenge=${challenge}&id=${session.id}`;
        old.send(reconnect(nextId(), clock.now(), session.id, url));
        later(session, switches.grace, () => {
          challenges.delete(challenge);
          if (old.open) old.close(4004, 'reconnect grace time expired');
        });
      }
    },
    end() {
      for (const of of [...timers.keys()]) still(of);
    },
  };
}
