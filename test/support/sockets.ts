import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { until } from './polled.ts';

/** One socket, from the server's side. */
export interface Guest {
  /** Path and query, as they were asked for. */
  readonly url: string;
  readonly received: readonly string[];
  /** The code of the client's goodbye; `undefined` while it is open. */
  readonly left: number | undefined;
  send(message: unknown): void;
  close(code?: number, reason?: string): void;
  /** Cuts the connection without a word. */
  cut(): void;
  /** Says nothing more and does not notice anything. */
  freeze(): void;
}

/** A server that does nothing but what the test says. */
export interface TestSockets {
  /** `ws://127.0.0.1:{port}` */
  readonly url: string;
  readonly guests: readonly Guest[];
  /** Upgrades that were asked for, refused ones too. */
  readonly asked: number;
  /** Resolves with the `n`th guest of all, from 1. */
  guest(n: number): Promise<Guest>;
  /** Refuses upgrades with this status from here on; `undefined` lets them in. */
  refuse(status: number | undefined): void;
}

const guestOf = (socket: WebSocket, url: string): Guest => {
  const received: string[] = [];
  let left: number | undefined;
  socket.on('message', (data) => received.push(String(data)));
  socket.on('close', (code) => {
    left = code;
  });
  socket.on('error', () => {});
  return {
    url,
    received,
    get left() {
      return left;
    },
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.terminate(),
    freeze: () => socket.pause(),
  };
};

/** Starts a socket server that ends with the test. */
export async function testSockets(greet?: (guest: Guest) => void): Promise<TestSockets> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const guests: Guest[] = [];
  let status: number | undefined;
  let asked = 0;
  server.on('upgrade', (request, socket, head) => {
    asked += 1;
    if (status) return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    sockets.handleUpgrade(request, socket, head, (made) => {
      const guest = guestOf(made, request.url ?? '');
      guests.push(guest);
      greet?.(guest);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    guests,
    get asked() {
      return asked;
    },
    async guest(n) {
      await until(() => guests.length >= n);
      const guest = guests[n - 1];
      if (!guest) throw new Error(`there is no guest ${n}`);
      return guest;
    },
    refuse(next) {
      status = next;
    },
  };
}
