/** What is asked, in a process of its own, so that only the asking is measured. Prints its port, and sends frames when it is told to. */
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
let said = 0;
const frame = (): string => {
  said += 1;
  return JSON.stringify({
    type: 'tip_received',
    tip: {
      id: `tip-${String(said).padStart(12, '0')}`,
      from_user_id: `user-${said % 500}`,
      from_username: `viewer_${said % 500}`,
      to_user_id: 'juno',
      stream_id: 'evening',
      tokens: 25 + (said % 7),
      message: 'thank you for the evening, and for the song',
      is_private: false,
      created_at: '2026-03-01T20:00:00.000Z',
    },
  });
};

process.on('message', ({ frames, rate }: { frames?: number; rate?: number }) => {
  if (rate !== undefined) rooms.pace(rate);
  for (const socket of sockets.clients) for (let n = 0; n < (frames ?? 0); n += 1) socket.send(frame());
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
