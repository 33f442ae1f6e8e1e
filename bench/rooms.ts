import type { ServerResponse } from 'node:http';

/** Rooms in which tips come evenly, asked by long polling as the Events API is. */
export interface Rooms {
  /** Answers with the tips that came since this room was asked, or as soon as there is one. */
  ask(path: string, response: ServerResponse): void;
  /** Tips in a second, of each room. */
  pace(rate: number): void;
}

interface Room {
  name: string;
  /** Tips that were told. */
  told: number;
  /** When the first tip came. */
  since: number;
}

/** How long a poll is held that nothing comes for, in milliseconds. */
const hold = 10_000;

/** A timer may fire a moment before its time, and a tip that is nearly due is due. */
const early = 1e-3;

const tip = (room: string, at: number, number: number) => ({
  method: 'tip',
  id: `${at}-${number}`,
  object: {
    broadcaster: room,
    tip: { tokens: 25 + (number % 7), isAnon: number % 10 === 0, message: '| thank you' },
    user: { username: `viewer_${number % 500}`, gender: 'm', inFanclub: false, isMod: false, recentTips: 'some' },
  },
});

/** The tips of a room come at a place in the second that is its own, so that the rooms do not tip all at once. */
export function createRooms(): Rooms {
  const rooms = new Map<string, Room>();
  let rate = 1;

  const answer = (room: Room, response: ServerResponse): void => {
    const now = Date.now();
    const due = Math.floor(((now - room.since) * rate) / 1000 + early);
    const events = Array.from({ length: Math.max(0, due - room.told) }, (_, index) =>
      tip(room.name, now, room.told + index),
    );
    room.told = Math.max(room.told, due);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ events, nextUrl: `http://${response.req.headers.host}/events/${room.name}/x/?i=${now}` }),
    );
  };

  return {
    pace(next) {
      rate = next;
      rooms.clear();
    },
    ask(path, response) {
      const name = path.split('/')[2] ?? '';
      const room = rooms.get(name) ?? { name, told: 0, since: Date.now() - Math.random() * 1000 };
      rooms.set(name, room);
      const next = room.since + ((room.told + 1) * 1000) / rate;
      const wait = Math.min(hold, Math.ceil(next - Date.now()) + 1);
      if (wait <= 0) return answer(room, response);
      const timer = setTimeout(() => answer(room, response), wait);
      response.on('close', () => clearTimeout(timer));
    },
  };
}
