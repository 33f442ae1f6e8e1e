import type { Clock, Stop } from '../../core/time.ts';
import { chatter, people } from '../people.ts';
import { pick } from '../random.ts';
import type { Peer, ServiceSetting, ServiceSocket } from '../service.ts';
import { callerOf, type createBuckets, type Desk } from './desk.ts';
import { pictureAddress } from './pages.ts';

/** A comment as it is asked for. */
export interface MockComment {
  id?: string;
  username?: string;
  comment?: string;
}

/** A gift as it is asked for. */
export interface MockGift {
  username?: string;
  giftName?: string;
  /** Diamonds for one. @default 1 */
  diamonds?: number;
  /** @default 1 */
  count?: number;
  /** What comes of the streak: all frames, or all but the last. @default 'whole' */
  end?: 'whole' | 'lost';
}

/** The sockets of the service, and what happens in its rooms. */
export interface Sockets {
  socket: ServiceSocket;
  /** The sockets that listen to a session. */
  peers(sessionId: string): readonly Peer[];
  listeners(): ReadonlyMap<string, number>;
  /** Sends anything to whoever listens to a session. */
  emit(sessionId: string, frame: unknown): void;
  /** A comment that is written now; gives its id. */
  comment(sessionId: string, comment?: MockComment): string;
  /** A gift that is given now, with all frames of its streak; gives its diamonds. */
  gift(sessionId: string, gift?: MockGift): number;
  /** The life of a session begins or ends. */
  look(sessionId: string): void;
  close(): void;
}

/** Rooms do not speak faster than this, in milliseconds, however fast the evening goes. */
const breath = 5;
const gifts: readonly [readonly [string, number], ...(readonly [string, number])[]] = [
  ['Rose', 1],
  ['Finger Heart', 5],
  ['Tumbling doll', 25],
  ['Paper crane', 99],
];

export function createSockets(desk: Desk, setting: ServiceSetting, take: ReturnType<typeof createBuckets>): Sockets {
  const { state, switches, random } = desk;
  const { every, pace } = setting;
  const clock: Clock = setting.clock;
  const open = new Map<string, Set<Peer>>();
  const timers = new Map<string, Stop>();
  let nth = 0n;
  const userId = (name: string): string =>
    `${6_813_181_309_701_719_000n + BigInt(Array.from(name).reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 100_000)}`;

  const sockets: Sockets = {
    peers: (sessionId) => [...(open.get(sessionId) ?? [])],
    listeners: () => new Map([...open].map(([id, peers]) => [id, peers.size])),
    emit(sessionId, frame) {
      for (const peer of sockets.peers(sessionId)) peer.send(frame);
    },
    comment(
      sessionId,
      { id = state.id('comment'), username = pick(random, people), comment = pick(random, chatter) } = {},
    ) {
      const session = state.sessions.get(sessionId);
      if (session) session.comment_count += 1;
      const avatar_url = pictureAddress(username);
      const user = { username, nickname: username.replaceAll('_', ' '), userId: userId(username), avatar_url };
      sockets.emit(sessionId, {
        type: 'comment',
        data: { id, comment, user, timestamp: state.now(), session_id: sessionId },
      });
      return id;
    },
    gift(
      sessionId,
      { username = pick(random, people), giftName = 'Rose', diamonds = 1, count = 1, end = 'whole' } = {},
    ) {
      const groupId = `${clock.now()}${nth % 1000n}`;
      const send = (repeatCount: number, repeatEnd: boolean): void => {
        nth += 1n;
        const data = {
          msgId: `${7_137_749_190_944_230_000n + nth}`,
          giftId: 5000 + giftName.length,
          giftName,
          giftType: 1,
          diamondCount: diamonds,
          repeatCount,
          repeatEnd,
          groupId,
          createTime: `${clock.now()}`,
          user: { userId: userId(username), uniqueId: username, nickname: username.replaceAll('_', ' ') },
        };
        sockets.emit(sessionId, { type: 'gift', data });
      };
      for (let each = 1; each <= count; each += 1) send(each, false);
      if (end === 'whole') send(count, true);
      return diamonds * count;
    },
    look(sessionId) {
      const lives = switches.script && state.sessions.get(sessionId)?.connected && open.has(sessionId);
      if (!lives) {
        timers.get(sessionId)?.();
        timers.delete(sessionId);
      } else if (!timers.has(sessionId)) {
        const wait = Math.max(breath, (every * (0.5 + random())) / pace);
        timers.set(
          sessionId,
          clock.after(wait, () => {
            timers.delete(sessionId);
            const [giftName, diamonds] = pick(random, gifts);
            if (switches.gifts && random() < 0.2)
              sockets.gift(sessionId, { giftName, diamonds, count: 1 + Math.floor(random() * 5) });
            else sockets.comment(sessionId);
            sockets.look(sessionId);
          }),
        );
      }
    },
    close() {
      for (const stop of timers.values()) stop();
      timers.clear();
    },
    socket: {
      path: '/ws/comments/:sessionId',
      refuse({ url }) {
        const caller = callerOf(desk, url.searchParams.get('api_key'), url.searchParams.get('token'));
        if (!caller) return switches.rejection === 'upgrade' ? 403 : undefined;
        return take('websocket', caller.who).refused?.status;
      },
      open({ url, params: { sessionId = '' } }, peer) {
        if (!callerOf(desk, url.searchParams.get('api_key'), url.searchParams.get('token')))
          return peer.close(1008, 'Invalid API key');
        const peers = open.get(sessionId) ?? new Set();
        open.set(sessionId, peers.add(peer));
        // TT-41: the greeting comes before everything else.
        peer.send({
          type: 'connected',
          session_id: sessionId,
          message: `WebSocket connected for session ${sessionId}`,
        });
        peer.onMessage((text) => {
          if (text.includes('"ping"')) peer.send({ type: 'pong' });
          else if (text.includes('"status"'))
            peer.send({
              type: 'status_response',
              session_id: sessionId,
              tiktok_connected: state.sessions.get(sessionId)?.connected ?? false,
            });
        });
        peer.onClose(() => {
          peers.delete(peer);
          if (peers.size === 0) open.delete(sessionId);
          sockets.look(sessionId);
        });
        sockets.look(sessionId);
      },
    },
  };
  return sockets;
}
