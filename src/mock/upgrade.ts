import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocketServer } from 'ws';
import type { Answer } from './answer.ts';
import { peerOf } from './peer.ts';
import { requestOf } from './request.ts';
import type { Upgrade } from './upstreams.ts';

/** Answers a request for a socket: with somebody to talk to, or as plain HTTP. */
export async function upgrade(
  decide: (request: Request) => Promise<Upgrade>,
  sockets: WebSocketServer,
  incoming: IncomingMessage,
  head: Buffer,
): Promise<void> {
  const { socket } = incoming;
  const leaving = new AbortController();
  socket.once('close', () => leaving.abort());
  socket.on('error', () => socket.destroy());
  const decided = await decide(requestOf(incoming, leaving.signal));
  if (socket.destroyed) return;
  if ('refused' in decided) return refuse(decided.refused, socket);
  sockets.handleUpgrade(incoming, socket, head, (accepted) => decided.open(peerOf(accepted)));
}

function refuse({ status, headers, body, trouble }: Answer, socket: Socket): void {
  if (trouble?.kind === 'reset') return void socket.resetAndDestroy();
  const lines = Object.entries({ connection: 'close', 'content-length': Buffer.byteLength(body), ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head}\r\n${body}`);
}
