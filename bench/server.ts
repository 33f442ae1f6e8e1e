/** What is asked, in a process of its own, so that only the asking is measured. Prints its port, and sends frames when it is told to. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { createRooms } from './rooms.ts';

const items = JSON.stringify({
  data: Array.from({ length: 20 }, (_, id) => ({ id: String(id), login: `login${id}`, display_name: `Login${id}` })),
});
const headers = {
  'content-type': 'application/json',
  'content-length': Buffer.byteLength(items),
  'x-ratelimit-remaining': '99',
};
const rooms = createRooms();

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  if (path.startsWith('/events/')) return rooms.ask(path, response);
  response.writeHead(200, headers);
  response.end(items);
});
// A peer may let a connection rest between two rounds.
server.keepAliveTimeout = 120_000;
const sockets = new WebSocketServer({ server });

/** A tip as the tipping platform says it, about 300 bytes, under an id that no other has. */
const frame = (): string =>
  JSON.stringify({
    type: 'tip_received',
    stream_id: '7f1f7a52-6a38-4d0c-9d3e-0b7d2f4d5c11',
    tip: {
      id: randomUUID(),
      from_user: 'viewer of the evening',
      tokens: 25,
      message: 'thank you for the evening, and for the song that you played at the end of it',
    },
    timestamp: new Date().toISOString(),
  });

process.on('message', ({ frames, rate }: { frames?: number; rate?: number }) => {
  if (rate !== undefined) rooms.pace(rate);
  for (const socket of sockets.clients) for (let n = 0; n < (frames ?? 0); n += 1) socket.send(frame());
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
