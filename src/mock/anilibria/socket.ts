import { anilibriaVersions } from '../../anilibria/endpoints.ts';
import { isWire } from '../../stream/tip-wire.ts';
import type { Peer, ServiceSocket } from '../service.ts';
import type { Desk } from './desk.ts';

/** One client, as the service sees it. */
export interface MockListener {
  readonly peer: Peer;
  /** What it said who it is; `undefined` before. */
  token: string | undefined;
  readonly titles: Set<number>;
  types: Set<string>;
  /** Every frame that it sent, in order. */
  readonly heard: Readonly<Record<string, unknown>>[];
}

/** The sockets of the service. */
export interface MockSockets {
  readonly sockets: readonly ServiceSocket[];
  /** Who is connected. */
  readonly listeners: readonly MockListener[];
  /** How many ever were. */
  readonly connections: number;
  /** Tells everybody who wants to know; gives how many that were. */
  tell(notification: Readonly<Record<string, unknown>>): number;
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Both forms of a notification: everything in `data`, or the id and the time beside it. */
function frameOf({ type, ...data }: Readonly<Record<string, unknown>>, flat: boolean): unknown {
  if (!flat) return { type, data };
  const { title_id, timestamp, ...rest } = data;
  return { type, title_id, data: rest, timestamp };
}

/** @param began - Told when somebody wants something. */
export function createSockets({ tokens, switches }: Desk, began: () => void): MockSockets {
  const listeners: MockListener[] = [];
  let connections = 0;

  const refuse = ({ peer }: MockListener, code: string, message: string): void =>
    peer.send({ type: 'error', data: { code, message } });
  const hear = (listener: MockListener, text: string): void => {
    const frame = parse(text);
    if (!isWire(frame)) return refuse(listener, 'INVALID_MESSAGE', 'Неверный формат сообщения');
    listener.heard.push(frame);
    const data = isWire(frame.data) ? frame.data : {};
    if (frame.type === 'auth') {
      if (typeof data.token === 'string' && tokens.isGood(data.token)) listener.token = data.token;
      else refuse(listener, 'AUTH_FAILED', 'Неверный токен авторизации');
      return;
    }
    if (switches.socketNeedsToken && listener.token === undefined)
      return refuse(listener, 'AUTH_FAILED', 'Требуется авторизация');
    const id = typeof data.title_id === 'number' ? data.title_id : undefined;
    if (frame.type === 'subscribe_title' && id !== undefined) listener.titles.add(id);
    else if (frame.type === 'unsubscribe_title' && id !== undefined) listener.titles.delete(id);
    else if (frame.type === 'subscribe_updates' && Array.isArray(data.types))
      listener.types = new Set(data.types.map(String));
    else return refuse(listener, 'INVALID_MESSAGE', 'Неизвестный тип сообщения');
    began();
  };

  return {
    listeners,
    get connections() {
      return connections;
    },
    sockets: [
      {
        path: `${anilibriaVersions.v2}/ws`,
        refuse: () => switches.down,
        open(_visit, peer) {
          const listener: MockListener = { peer, token: undefined, titles: new Set(), types: new Set(), heard: [] };
          connections += 1;
          listeners.push(listener);
          peer.onMessage((text) => hear(listener, text));
          peer.onClose(() => void listeners.splice(listeners.indexOf(listener), 1));
        },
      },
    ],
    tell(notification) {
      const { type, title_id } = notification;
      const wanted = listeners.filter(({ titles, types }) => types.has(String(type)) || titles.has(Number(title_id)));
      for (const { peer } of wanted) peer.send(frameOf(notification, switches.flat));
      return wanted.length;
    },
  };
}
