import { fork } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStore } from '../../src/adapters/node.ts';
import { createAnilibria } from '../../src/anilibria/index.ts';
import { createCamsoda } from '../../src/camsoda/index.ts';
import { createChaturbate } from '../../src/chaturbate/index.ts';
import { isTipstreamError } from '../../src/core/errors.ts';
import { batch, type EventStream, filter, merge, type TipEvent, tally } from '../../src/index.ts';
import { createStripchat } from '../../src/stripchat/index.ts';
import { createTikTok } from '../../src/tiktok/index.ts';
import { createTipping } from '../../src/tipping/index.ts';
import { createTwitch } from '../../src/twitch/index.ts';

/** Where the upstreams are, as their process says. */
interface Site {
  url: string;
  password: string;
  clientId: string;
  apiKey: string;
  session: string;
  streamId: string;
  host: string;
}

interface Closable {
  close(): Promise<void>;
}

/** Starts the upstreams and everything that the library has for them. */
export async function openEverything() {
  const upstreams = fork(new URL('../soak-upstreams.ts', import.meta.url), { execArgv: process.execArgv });
  const [said] = await once(upstreams, 'message');
  const { url, password, clientId, apiKey, session, streamId, host } = said as Site;
  const folder = await mkdtemp(join(tmpdir(), 'tipstream-soak-'));
  const app = new AbortController();
  const { signal } = app;
  const counts = { tips: 0, others: 0, calls: 0, gaps: 0, errors: 0, clients: 0, told: 0 };
  const count = (name: keyof typeof counts) => (): void => {
    counts[name] += 1;
  };
  const heard = new Map<string, number>();
  const wrong: string[] = [];
  const common = { logger: false, telemetry: count('told') } as const;

  const stores = ['chaturbate', 'events', 'stripchat', 'camsoda', 'session'].map((name) =>
    fileStore(join(folder, `${name}.json`)),
  );
  const [one, two, three, four, five] = stores;
  const contract = { broadcaster: 'mock_room', interval: 1000, ...common };
  const chaturbate = createChaturbate({
    ...contract,
    eventsUrl: `${url}/events/chaturbate`,
    apiKey: 'not-a-secret-key',
    checkpoint: one,
  });
  const events = createChaturbate({
    ...common,
    baseUrl: url,
    username: 'mock_room',
    token: 'not-a-secret-token',
    checkpoint: two,
  });
  const stripchat = createStripchat({
    ...contract,
    eventsUrl: `${url}/events/stripchat`,
    token: 'not-a-secret-bearer',
    checkpoint: three,
  });
  const camsoda = createCamsoda({
    ...contract,
    eventsUrl: `${url}/events/camsoda`,
    apiKey: 'not-a-secret-api-key',
    interval: 2000,
    checkpoint: four,
  });
  const twitch = createTwitch({ ...common, clientId, token: 'not-a-secret-token', baseUrl: `${url}/twitch/helix` });
  const tiktok = createTikTok({ ...common, apiKey, baseUrl: `${url}/tiktok`, heartbeat: 5000 });
  const tipping = createTipping({ ...common, baseUrl: `${url}/tipping/v1`, store: five });
  const anilibria = createAnilibria({ ...common, baseUrl: `${url}/anilibria/api/anilibria/v2` });

  const streams: [name: string, stream: EventStream<TipEvent>][] = [
    ['chaturbate', chaturbate.tips({ signal })],
    ['chaturbate events', events.tips({ signal })],
    ['stripchat', stripchat.tips({ signal })],
    ['camsoda', camsoda.tips({ signal })],
    ['twitch', twitch.tips({ signal })],
    ['tiktok', tiktok.tips(session, { signal })],
    ['tipping', tipping.tips({ streamId, signal })],
  ];
  const signIn = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        return void (await tipping.auth.login({ email: 'ada@example.test', password }, { signal }));
      } catch {
        await pause(500);
      }
    }
  };
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done, { once: true });
    });
  await signIn();

  const tips = merge(...streams.map(([, stream]) => stream));
  for (const [name, stream] of streams) {
    stream.on('gap', count('gaps'));
    stream.on('error', count('errors'));
    stream.on('end', (error) => error && wrong.push(`${name} ended: ${error.message}`));
    stream.subscribe(() => void heard.set(name, (heard.get(name) ?? 0) + 1));
  }
  tips.subscribe(count('tips'));
  tally(filter(tips, ({ anonymous }) => !anonymous)).subscribe(() => {});
  batch(tips, { size: 20, within: 2000 }).subscribe(() => pause(5));
  tiktok.comments(session, { signal }).subscribe(count('others'));
  anilibria.notifications({ signal }).subscribe(count('others'));

  /** Calls again and again; what fails is ours. */
  const again = async (every: number, call: () => Promise<unknown>): Promise<void> => {
    while (!signal.aborted) {
      await pause(every * (0.5 + Math.random()));
      if (signal.aborted) return;
      counts.calls += 1;
      await call().catch((error: unknown) => {
        if (!isTipstreamError(error)) wrong.push(`an error that is none of ours: ${error}`);
      });
    }
  };
  /** A watcher that comes and goes, in each of the ways to watch. */
  const visit = async (): Promise<void> => {
    const stop = tips.subscribe(() => {});
    await pause(500);
    stop();
    let seen = 0;
    const leaving = AbortSignal.timeout(3000);
    for await (const _ of tips.iterate({ signal: leaving })) if (++seen === 5) break;
  };
  /** A client that comes, does something, and goes. */
  const guest = async (): Promise<void> => {
    counts.clients += 1;
    const made: (Closable & { tips(): EventStream<TipEvent> })[] = [
      createStripchat({ ...contract, eventsUrl: `${url}/events/stripchat`, token: 'not-a-secret-bearer', signal }),
      createTwitch({ ...common, clientId, token: 'not-a-secret-token', baseUrl: `${url}/twitch/helix`, signal }),
    ];
    const stops = made.map((client) => client.tips().subscribe(() => {}));
    await pause(1500);
    for (const stop of stops) stop();
    await Promise.all(made.map((client) => client.close()));
  };
  const working = [
    again(400, () => twitch.users({ logins: ['mira', 'noor'] }, { signal })),
    again(700, () => tiktok.profile.get({ username: `guest_${Math.floor(Math.random() * 8)}` }, { signal })),
    again(500, () => anilibria.titles.get({ id: 9000 + Math.floor(Math.random() * 8) }, { signal })),
    again(4000, () => tipping.wallet.balance({}, { signal })),
    again(3000, () => tipping.wallet.transfer({ toUserId: host, tokens: 1, streamId }, { signal })),
    again(800, visit),
    again(5000, guest),
  ];

  return {
    wrong,
    counts: () => counts,
    listeners: () => getEventListeners(signal, 'abort').length,
    /** Streams of which nothing came at all. */
    silent: () => streams.map(([name]) => name).filter((name) => !heard.has(name)),
    async close(): Promise<void> {
      app.abort();
      await Promise.all(working);
      const all: Closable[] = [chaturbate, events, stripchat, camsoda, twitch, tiktok, tipping, anilibria, ...stores];
      for (const each of all) await each.close();
      const gone = once(upstreams, 'exit');
      upstreams.disconnect();
      await gone;
      await rm(folder, { recursive: true });
    },
  };
}
