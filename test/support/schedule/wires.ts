import type { Clock, Random } from '../../../src/core/time.ts';
import type { Peer } from '../../../src/mock/service.ts';
import { asText } from '../../../src/mock/socket-text.ts';
import type { Upgrade } from '../../../src/mock/upstreams.ts';
import type { SocketConstructor } from '../../../src/stream/standard-wire.ts';
import type { Client } from '../memory-sockets.ts';
import type { Books } from './books.ts';
import { type Line, lines } from './faults.ts';
import { lineOf, origin } from './network.ts';
import { trace } from './trace.ts';

/** What a socket meets while it is opened: a status refuses the upgrade. */
export type OpeningTrouble = 'refused' | 'never opens' | number;
/** What a frame meets on its way. */
export type FrameTrouble = 'frame twice' | 'garbage before a frame' | 'half a frame before it' | 'late frame';

export interface WiresParts {
  clock: Clock;
  /** A row of numbers for each line. */
  randomOf(line: Line): Random;
  books: Books;
  upgrade(request: Request): Promise<Upgrade>;
  opening(line: Line): OpeningTrouble | undefined;
  frame(line: Line): FrameTrouble | undefined;
}

/** The longest that a frame is usually under way, in milliseconds. */
export const longestWay = 80;
/** The longest that a late one is. */
export const latestWay = 3_000;

/** The sockets of one evening, in memory. What is under way when a connection is cut is lost; a frozen one notices nothing. */
export function openWires({ clock, randomOf, books, upgrade, opening, frame }: WiresParts) {
  let held = 0;
  let asked = 0;
  const chances = new Map(lines.map((line) => [line, randomOf(line)]));
  const open = new Map<Peer, Line>();

  function connect(address: string, protocols: string | string[] = []): Client {
    const url = new URL(address);
    const line = lineOf(url);
    const random = chances.get(line) ?? Math.random;
    if (url.origin.replace(/^ws/, 'http') !== origin) books.break(`${line}: a socket was opened to ${url.origin}`);
    held += 1;
    const heard: ((text: string) => void)[] = [];
    const leaving: ((code: number) => void)[] = [];
    let through = true;
    let clientUp = true;
    let closing = false;
    let serverUp = false;
    let last = 0;

    /** In order, however long each is under way. */
    const later = (run: () => void, ms = 2 + random() * (longestWay - 2)): void => {
      last = Math.max(last, clock.now() + ms);
      clock.after(last - clock.now(), run);
    };
    const serverGone = (code: number): void => {
      if (!serverUp) return;
      serverUp = false;
      open.delete(peer);
      for (const listener of leaving) listener(code);
    };
    const clientGone = (code: number, wasClean: boolean): void => {
      if (!clientUp) return;
      clientUp = false;
      held -= 1;
      client.onclose?.({ code, reason: '', wasClean });
    };
    const refuse = (message?: string): void => {
      client.onerror?.({ message });
      clientGone(1006, false);
    };
    const client: Client = {
      binaryType: '',
      send(data) {
        if (!clientUp || closing) throw new Error('the socket is closing');
        later(() => through && serverUp && heard.forEach((listener) => void listener(data)));
      },
      close(code = 1000) {
        log('client closes', code);
        if (closing || !clientUp) return;
        closing = true;
        later(() => {
          if (!through) return;
          serverGone(code);
          later(() => clientGone(code, true));
        });
      },
      terminate() {
        log('terminated');
        closing = true;
        later(() => serverGone(1006));
        clientGone(1006, false);
      },
    };
    asked += 1;
    const name = `socket ${asked}`;
    const log = (...words: unknown[]): void => trace(line, clock.now(), name, ...words);
    log('asked', address);
    const give = (data: string): void => {
      log(through && !closing && clientUp ? 'hears' : 'does not hear', data.slice(0, 300));
      if (!through || closing || !clientUp) return;
      books.arrive(line, data);
      client.onmessage?.({ data });
    };
    const peer: Peer = {
      get open() {
        return serverUp;
      },
      send(message) {
        if (!serverUp) return;
        const data = asText(message);
        const trouble = frame(line);
        if (trouble) books.count(trouble, line);
        if (trouble === 'garbage before a frame')
          later(() => through && client.onmessage?.({ data: '{"type":"tip","amou' }));
        if (trouble === 'half a frame before it')
          later(() => through && client.onmessage?.({ data: data.slice(0, data.length >> 1) }));
        later(() => give(data), trouble === 'late frame' ? random() * latestWay : undefined);
        if (trouble === 'frame twice') later(() => give(data));
      },
      close(code = 1000) {
        log('server closes', code);
        if (!serverUp) return;
        later(() => through && clientGone(code, true));
        serverGone(code);
      },
      drop() {
        log('dropped');
        through = false;
        serverGone(1006);
        clock.after(0, () => clientGone(1006, false));
      },
      freeze() {
        log('frozen');
        through = false;
      },
      onMessage: (listener) => void heard.push(listener),
      onClose: (listener) => void leaving.push(listener),
    };
    const decide = async (): Promise<void> => {
      const trouble = opening(line);
      if (trouble !== undefined) books.count(typeof trouble === 'number' ? 'upgrade refused' : trouble, line);
      if (trouble === 'never opens' || !clientUp) return;
      if (trouble === 'refused') return refuse();
      if (trouble !== undefined) return refuse(`Unexpected server response: ${trouble}`);
      const headers = protocols.length > 0 ? { 'sec-websocket-protocol': String(protocols) } : {};
      const decided = await upgrade(new Request(address.replace(/^ws/, 'http'), { headers }));
      if ('refused' in decided) return refuse(`Unexpected server response: ${decided.refused.status}`);
      if (!clientUp) return;
      serverUp = true;
      open.set(peer, line);
      later(() => {
        if (through && clientUp && !closing) client.onopen?.();
      });
      decided.open(peer);
    };
    later(() => {
      decide().catch((error: unknown) => books.break(`${line}: ${error}`));
    });
    return client;
  }

  return {
    // A function that returns an object is what `new` gives.
    WebSocket: connect as unknown as SocketConstructor,
    /** Connections that are open, as the upstream sees it. */
    peers: (line: Line): Peer[] => [...open].filter(([, of]) => of === line).map(([peer]) => peer),
    /** Sockets that a client has not let go of. */
    get held() {
      return held;
    },
  };
}
