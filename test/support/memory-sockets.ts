import type { Clock } from '../../src/core/time.ts';
import type { Peer } from '../../src/mock/service.ts';
import type { SocketConstructor } from '../../src/stream/standard-wire.ts';

/** A socket as a browser has it, and as its test ends it. */
export interface Client {
  binaryType: string;
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onerror?: (event: object) => void;
  onclose?: (event: { code: number; reason: string; wasClean: boolean }) => void;
  send(data: string): void;
  close(code?: number): void;
  terminate(): void;
}

/**
 * Sockets in memory, on a clock in the test's hand: every frame is `latency` milliseconds under way. As in a browser, a socket that was
 * told to close reads nothing more; what is under way when a connection is cut is lost.
 *
 * @param accept - Called for every socket that is asked for; `false` refuses it.
 */
export function memorySockets(
  clock: Clock,
  latency: number | (() => number),
  accept: (url: URL, peer: Peer) => boolean,
): { WebSocket: SocketConstructor; readonly held: number; readonly underWay: number } {
  let held = 0;
  let underWay = 0;

  function connect(address: string): Client {
    held += 1;
    const heard: ((text: string) => void)[] = [];
    const leaving: ((code: number) => void)[] = [];
    /** Whether frames get through. */
    let through = true;
    let clientUp = true;
    let serverUp = false;
    let last = 0;

    /** In order, however long each is under way. */
    const later = (run: () => void): void => {
      last = Math.max(last, clock.now() + (typeof latency === 'number' ? latency : latency()));
      underWay += 1;
      clock.after(last - clock.now(), () => {
        underWay -= 1;
        run();
      });
    };
    const serverGone = (code: number): void => {
      if (!serverUp) return;
      serverUp = false;
      for (const listener of leaving) listener(code);
    };
    const clientGone = (code: number, wasClean: boolean): void => {
      if (!clientUp) return;
      clientUp = false;
      held -= 1;
      client.onclose?.({ code, reason: '', wasClean });
    };
    let closing = false;
    const client: Client = {
      binaryType: '',
      send: (data) => later(() => through && serverUp && heard.forEach((listener) => void listener(data))),
      close(code = 1000) {
        closing = true;
        later(() => {
          if (!through) return;
          serverGone(code);
          later(() => clientGone(code, true));
        });
      },
      terminate() {
        closing = true;
        later(() => serverGone(1006));
        clientGone(1006, false);
      },
    };
    const peer: Peer = {
      get open() {
        return serverUp;
      },
      send(message) {
        const data = typeof message === 'string' ? message : JSON.stringify(message);
        if (serverUp) later(() => through && !closing && clientUp && client.onmessage?.({ data }));
      },
      close(code = 1000) {
        if (!serverUp) return;
        later(() => through && clientGone(code, true));
        serverGone(code);
      },
      drop() {
        through = false;
        serverGone(1006);
        clock.after(0, () => clientGone(1006, false));
      },
      freeze() {
        through = false;
      },
      onMessage: (listener) => void heard.push(listener),
      onClose: (listener) => void leaving.push(listener),
    };
    later(() => {
      if (!clientUp || closing) return;
      serverUp = true;
      client.onopen?.();
      if (accept(new URL(address), peer)) return;
      serverUp = false;
      client.onerror?.({});
      clientGone(1006, false);
    });
    return client;
  }

  return {
    // A function that returns an object is what `new` gives.
    WebSocket: connect as unknown as SocketConstructor,
    get held() {
      return held;
    },
    /** Frames and goodbyes that the network still carries. */
    get underWay() {
      return underWay;
    },
  };
}
