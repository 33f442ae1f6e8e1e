import { WebSocket } from 'ws';
import { type Clock, minutes, seconds } from '../../../src/core/time.ts';
import { createMockServer, type MockServer } from '../../../src/mock/index.ts';
import { pick, seededRandom } from '../../../src/mock/random.ts';
import type { Peer } from '../../../src/mock/service.ts';
import { type Change, changes } from '../fault-changes.ts';
import { type Cut, cuts, type Passage } from '../fault-passage.ts';
import { openFaultProxy } from '../fault-proxy-core.ts';
import { openBooks } from './books.ts';
import { scheduleClock } from './clock.ts';
import type { Report } from './evening.ts';
import { type Line, lines } from './faults.ts';
import { lineOf } from './network.ts';
import { openProgramme } from './programme.ts';

/** So many simulated milliseconds go by in one. */
const pace = 25;
/** In one step of the clock at most so many milliseconds of this machine are counted: one that is busy has no time that nobody could use. */
const step = 10;
/** What arrives is noticed with a step of the clock, or two. */
const slack = seconds(5);
/** How long an evening is, and what follows on it. */
const lasts = { before: seconds(10), faults: minutes(3), afterwards: minutes(5.5) };

/** A clock that is faster than that of the machine, and waits for it where it is busy. */
function paced(): { clock: Clock; run(ms: number): Promise<void> } {
  const clock = scheduleClock(Date.now());
  return {
    clock,
    async run(ms) {
      for (const until = clock.now() + ms; clock.now() < until; ) {
        const began = performance.now();
        await new Promise((resolve) => setTimeout(resolve, step / 2));
        await clock.run(Math.ceil(Math.min(step, performance.now() - began) * pace));
      }
    },
  };
}

/** What is given only once, and never again. */
const drains: readonly Line[] = ['chaturbate', 'stripchat', 'camsoda'];
const ofPages: readonly Change[] = ['page again', 'out of order', 'stale cursor'];
/** A tip that comes in the same page twice is two. */
const fits = (change: Change, line: Line): boolean =>
  line === 'chaturbate events' || !ofPages.includes(change) || (change === 'out of order' && drains.includes(line));

/** The other side of every open socket. The tipping platform shows all of them as one. */
function peersOf({ twitch, tiktok, tipping, anilibria }: MockServer, line: Line): Peer[] {
  if (line === 'twitch') return [...twitch.eventsub.sessions.values()].map(({ peer }) => peer);
  if (line === 'tiktok') return [...tiktok.peers(tiktok.sessionId)];
  if (line === 'anilibria') return anilibria.listeners.map(({ peer }) => peer);
  const { rooms } = tipping;
  const drop = (): void => void rooms.drop();
  const all = { open: true, drop, close: rooms.close, freeze: drop, send() {}, onMessage() {}, onClose() {} };
  return line === 'tipping' ? [all] : [];
}

/** Runs one evening over real connections, through a proxy that does to them what a network can, on a clock that is some times faster. */
export async function runLive(seed: string): Promise<Report> {
  const { clock, run } = paced();
  const books = openBooks();
  const began = clock.now();
  const server = await createMockServer({ port: 0, seed, clock, strict: true, scenario: 'quiet' });
  const chances = new Map(lines.map((line) => [line, seededRandom(seed, 'proxy', line)]));
  let rough = false;
  const befall = ({ path, socket }: Passage): Cut | Change | 'none' => {
    const line = lineOf(new URL(path, server.url));
    const random = chances.get(line) ?? Math.random;
    books.asked.set(line, (books.asked.get(line) ?? 0) + 1);
    if (!rough || random() > (socket ? 0.3 : 0.15)) return 'none';
    const all = [...cuts, ...changes.filter((change) => fits(change, line))];
    const fault = pick(random, all as [Cut, ...(Cut | Change)[]]);
    books.count(socket ? 'socket cut or frozen' : fault, line);
    return fault;
  };
  const proxy = await openFaultProxy({
    target: server.url,
    seed,
    clock,
    decide: befall,
    freezes: 0.3,
    // A platform that says nothing of how often it speaks may be silent for as long as it likes.
    givesUp: minutes(2),
    socketBytes: 20_000,
    told(passage, { status, body }) {
      const line = lineOf(new URL(passage.path, server.url));
      if (status === 200 && drains.includes(line))
        books.lose(line, String(body), clock.now(), passage.changed ?? passage.cut ?? 'nothing');
    },
  });
  /** Frames of gifts are counted as they arrive. */
  class Listening extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols);
      this.on('message', (data) => books.ears.get('tiktok')?.(String(data)));
    }
  }
  const programme = openProgramme({
    seed,
    clock,
    skew: 0,
    slack,
    books,
    mock: server,
    origin: proxy.url,
    options: (client) => ({
      clock,
      random: seededRandom(seed, client, 'client'),
      logger: false,
      ...(client === 'tiktok' && { WebSocket: Listening }),
    }),
    peers: (line) => peersOf(server, line),
    underWay: (line) =>
      proxy.passages.filter(({ over, path }) => !over && lineOf(new URL(path, server.url)) === line).length,
  });
  await run(lasts.before);
  rough = true;
  programme.begin(true);
  await run(lasts.faults);
  programme.end();
  rough = false;
  await run(lasts.afterwards);
  if (programme.unfinished > 0) books.break(`${programme.unfinished} pieces of work never came to an end`);
  const tallies = programme.check();
  const closed = programme.close();
  await Promise.all([closed, run(minutes(1))]);
  await proxy.close();
  await server.close();
  return { seed, lasted: clock.now() - began, broken: books.broken, faults: books.faults, asked: books.asked, tallies };
}
