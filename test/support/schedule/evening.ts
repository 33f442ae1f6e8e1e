import { type Clock, hours, minutes, seconds } from '../../../src/core/time.ts';
import { withControls } from '../../../src/mock/hosting.ts';
import { pick, seededRandom } from '../../../src/mock/random.ts';
import { services } from '../../../src/mock/services.ts';
import { tippingServiceBy } from '../../../src/mock/tipping/index.ts';
import { createSigner } from '../../../src/mock/tipping/jwt.ts';
import { openUpstreams } from '../../../src/mock/upstreams.ts';
import type { Stage, Tally } from './actor.ts';
import { type Books, openBooks } from './books.ts';
import { scheduleClock, turn } from './clock.ts';
import { type Line, lines } from './faults.ts';
import { openLimits } from './limits.ts';
import { openNetwork, origin } from './network.ts';
import { openProgramme } from './programme.ts';
import { openWeather } from './weather.ts';
import { openWires } from './wires.ts';

/** What one seed came to. */
export interface Report {
  readonly seed: string;
  /** Simulated milliseconds. */
  readonly lasted: number;
  /** What must never happen and did; empty is green. */
  readonly broken: readonly string[];
  readonly faults: Books['faults'];
  readonly asked: ReadonlyMap<Line, number>;
  readonly tallies: ReadonlyMap<Line, Tally>;
}

/** One key for every evening of a process: to make one takes a tenth of a second. */
const signers = new WeakMap<object, ReturnType<typeof createSigner>>();
const signerOf = (place: object): ReturnType<typeof createSigner> => {
  const signer = signers.get(place) ?? createSigner();
  signers.set(place, signer);
  return signer;
};

/** So many requests of the polled platforms at most in one evening: a short interval makes a short evening. */
const mostPolls = 250;
/** Long enough for every wait that an upstream asked for. */
const afterwards = minutes(6);

/** Runs one evening: all seven platforms, everything that can befall them, on a clock of its own. */
export async function runEvening(seed: string): Promise<Report> {
  const random = seededRandom(seed, 'evening');
  const clock = scheduleClock();
  const books = openBooks();
  const gentle = random() < 0.03;
  const skew = pick(random, [0, 0, hours(1), -hours(1), 1234]);
  const theirs: Clock = { now: () => clock.now() + skew, after: clock.after };
  const all = { ...services, tipping: tippingServiceBy(() => signerOf(services)) };
  const upstreams = openUpstreams(
    {
      seed,
      clock: theirs,
      strict: true,
      rateLimits: true,
      scenario: 'quiet',
      pageSize: 10 + Math.floor(random() * 20),
    },
    all,
    { origin: ({ prefix }) => origin + prefix, atOrigins: false },
  );
  const mock: Stage['mock'] = withControls({ ...upstreams.plain }, all, upstreams.services);
  const weather = openWeather(clock, (line) => seededRandom(seed, 'weather', line), gentle);
  const network = openNetwork({
    clock,
    theirs,
    randomOf: (line) => seededRandom(seed, 'network', line),
    books,
    limits: openLimits(clock, books),
    answer: (request) => upstreams.answer(request),
    weather: weather.trouble,
  });
  const wires = openWires({
    clock,
    randomOf: (line) => seededRandom(seed, 'wires', line),
    books,
    upgrade: (request) => upstreams.upgrade(request),
    opening: weather.opening,
    frame: weather.frame,
  });
  const programme = openProgramme({
    seed,
    clock,
    skew,
    books,
    mock,
    origin,
    options: (client) => ({
      clock,
      random: seededRandom(seed, client, 'client'),
      fetch: network.fetchFor(client),
      WebSocket: wires.WebSocket,
      logger: false,
    }),
    peers: wires.peers,
    underWay: network.underWay,
    slack: 0,
  });
  const polls = programme.intervals.reduce((sum, interval) => sum + 1 / interval, 0);
  const lasts = Math.min(hours(2), Math.max(minutes(10), mostPolls / polls));
  // What was loaded is looked up in a few turns.
  for (let waited = 0; waited < 50; waited += 1) await turn();
  await clock.run(seconds(10));
  programme.begin(!gentle);
  await clock.run(lasts);
  programme.end();
  weather.calm();
  await clock.run(afterwards);
  if (programme.unfinished > 0) books.break(`${programme.unfinished} pieces of work never came to an end`);
  const tallies = programme.check();
  if (gentle)
    for (const [line, { said, refused = 0 }] of tallies)
      if (said + refused > 0) books.break(`${line}: nothing befell it, and something was missed`);
  const closing = programme.close();
  await clock.run(minutes(2));
  await closing;
  for (const service of upstreams.services) service.close();
  await clock.run(minutes(2));
  if (clock.pending > 0) books.break(`${clock.pending} timers are left`);
  if (wires.held > 0) books.break(`${wires.held} sockets are left`);
  for (const line of lines) if (network.underWay(line) > 0) books.break(`${line}: a request is left`);
  return {
    seed,
    lasted: clock.now() - Date.UTC(2026, 0, 1, 20),
    broken: books.broken,
    faults: books.faults,
    asked: books.asked,
    tallies,
  };
}
