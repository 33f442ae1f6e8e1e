import { query } from '../../src/core/auth.ts';
import { get, platform } from '../../src/core/endpoint.ts';
import { open } from '../../src/core/open.ts';
import type { ClientOptions } from '../../src/core/options.ts';
import { type Poll, poll } from '../../src/stream/poll.ts';
import { type PollOptions, toBatch } from '../../src/stream/poll-options.ts';
import { type TestClock, testClock } from './clock.ts';
import { type Route, startServer, type TestServer } from './server.ts';

/** An event of the pretended upstream. */
export interface Ping {
  n: number;
  id?: string;
  at?: number;
}

interface Wire {
  events: Ping[];
  cursor?: string;
}

const upstream = platform({
  name: 'pretend',
  auth: query('key'),
  rates: {},
  endpoints: {
    events: get('/events', {
      query: (input: unknown): { after?: string | undefined } => {
        const { after } = input as { after?: string | undefined };
        return after === undefined ? {} : { after };
      },
      response: (value: unknown) => value as Wire,
    }),
  },
});

export interface Polled {
  source: Poll<Ping>;
  server: TestServer;
  clock: TestClock;
  lines: string[];
}

/** A polled source that talks to a real server, with the time in the test's hand. */
export async function polled(
  route: Route | TestServer,
  options: Partial<PollOptions<Ping>> & { client?: ClientOptions } = {},
): Promise<Polled> {
  const server = typeof route === 'function' ? await startServer(route) : route;
  const clock = (options.clock as TestClock | undefined) ?? testClock();
  const lines: string[] = [];
  const logger = {
    warn: (line: string) => void lines.push(line),
    error: (line: string) => void lines.push(`! ${line}`),
  };
  const connection = open(
    upstream,
    { baseUrl: server.url, clock, logger: false, limiter: false, ...options.client },
    { credential: 'not-a-secret-key' },
  );
  const source = poll<Ping>({
    platform: 'pretend',
    drains: true,
    interval: 5000,
    checkpointKey: 'tipstream:pretend:here:me',
    clock,
    random: Math.random,
    logger,
    eventId: (event) => event.id,
    eventTime: (event) => event.at,
    async ask(cursor, signal) {
      const answer = await connection.send(upstream.endpoints.events, { after: cursor }, { signal });
      return toBatch(answer, answer.data.events, { cursor: answer.data.cursor });
    },
    ...options,
  });
  return { source, server, clock, lines };
}

/** How long `until` looks before it gives up, in milliseconds: as long as a busy machine may need. */
const patience = 10_000;

/** Waits, in turns of the event loop, until `ready` says yes. */
export async function until(ready: () => unknown): Promise<void> {
  const begun = performance.now();
  while (performance.now() - begun < patience) {
    if (ready()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`never: ${ready}`);
}
