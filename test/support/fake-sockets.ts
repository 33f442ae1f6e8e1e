import type { Clock } from '../../src/core/time.ts';
import type { SocketConstructor } from '../../src/stream/standard-wire.ts';

/** One socket of a network in memory, from the server's side. */
export interface FakePeer {
  readonly url: string;
  /** Neither side has let go of it. */
  readonly open: boolean;
  send(message: string): void;
  /** The closing handshake. */
  close(code: number): void;
  /** The connection is cut: what is under way is lost. */
  cut(): void;
  /** Nothing gets through any more, in either direction, and nobody is told. */
  freeze(): void;
}

/** A network in memory in which every frame is `latency` milliseconds under way, on a clock in the test's hand. */
export interface FakeNetwork {
  readonly WebSocket: SocketConstructor;
  /** How many sockets were ever asked for. */
  readonly asked: number;
  /** Sockets that the client has not let go of. */
  readonly held: number;
}

interface ClientSide {
  binaryType: string;
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onerror?: (event: object) => void;
  onclose?: (event: { code: number; reason: string; wasClean: boolean }) => void;
  send(data: string): void;
  close(code?: number): void;
  terminate(): void;
}

/** @param accept - Called for every socket that is asked for; `false` refuses it. */
export function fakeNetwork(
  clock: Clock,
  latency: number,
  accept: (peer: FakePeer, url: string) => boolean,
  heard: (text: string, peer: FakePeer) => void = () => {},
): FakeNetwork {
  let asked = 0;
  let held = 0;

  const connect = (url: string): ClientSide => {
    asked += 1;
    held += 1;
    let up = true;
    let through = true;
    let letGo = false;
    const later = (run: () => void): void => {
      clock.after(latency, () => {
        if (through) run();
      });
    };
    const release = (): void => {
      if (!letGo) held -= 1;
      letGo = true;
    };
    const closed = (code: number, wasClean: boolean): void => {
      if (letGo && !up) return;
      up = false;
      release();
      side.onclose?.({ code, reason: '', wasClean });
    };
    const peer: FakePeer = {
      url,
      get open() {
        return up && through;
      },
      send: (data) => later(() => up && side.onmessage?.({ data })),
      close(code) {
        later(() => closed(code, true));
      },
      cut() {
        through = false;
        clock.after(0, () => closed(1006, false));
      },
      freeze() {
        through = false;
      },
    };
    const side: ClientSide = {
      binaryType: '',
      send: (data) => later(() => heard(data, peer)),
      close(code = 1000) {
        const wasThrough = through;
        up = false;
        // A frozen server answers no goodbye.
        if (wasThrough) later(() => closed(code, true));
      },
      terminate() {
        up = false;
        through = false;
        release();
        side.onclose?.({ code: 1006, reason: '', wasClean: false });
      },
    };
    clock.after(latency, () => {
      if (!through || letGo) return;
      if (accept(peer, url)) side.onopen?.();
      else {
        through = false;
        side.onerror?.({});
        closed(1006, false);
      }
    });
    return side;
  };

  return {
    WebSocket: class {
      constructor(url: string) {
        // biome-ignore lint/correctness/noConstructorReturn: the socket is made by a function, as its other side is.
        return connect(url);
      }
    },
    get asked() {
      return asked;
    },
    get held() {
      return held;
    },
  };
}
