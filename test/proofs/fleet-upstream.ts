import { createServer } from 'node:http';

/** What an upstream has of one room. */
interface Room {
  /** What happened there, oldest first: the place in the list is the number of the event. */
  readonly events: { text: string; at: number }[];
  /** When it was asked, by whom. */
  readonly asked: { at: number; by: string }[];
}

/** An upstream of many rooms, with a log each: asked with the number of the last event that is known, it answers with what follows. */
export interface Upstream {
  readonly url: string;
  readonly rooms: ReadonlyMap<string, Room>;
  readonly requests: number;
  tip(room: string): void;
  close(): Promise<void>;
}

const most = 50;

/** Starts it on a free port. Who asks says who it is, so that two that ask the same room are seen. */
export async function startUpstream(names: readonly string[]): Promise<Upstream> {
  const rooms = new Map<string, Room>(names.map((name) => [name, { events: [], asked: [] }]));
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    const url = new URL(request.url ?? '/', 'http://upstream');
    const room = rooms.get(url.pathname.slice(1));
    if (!room) return void response.writeHead(404).end();
    room.asked.push({ at: Date.now(), by: url.searchParams.get('by') ?? '?' });
    const after = Number(url.searchParams.get('after') ?? 0);
    const events = room.events
      .slice(after, after + most)
      .map(({ text, at }, index) => ({ number: after + index + 1, text, at }));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ events, next: after + events.length }));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    rooms,
    get requests() {
      return requests;
    },
    tip(name) {
      const room = rooms.get(name);
      room?.events.push({ text: `${name}#${room.events.length + 1}`, at: Date.now() });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
