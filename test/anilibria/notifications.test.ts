import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readFrame } from '../../src/anilibria/events.ts';
import type { AnilibriaNotification, AnilibriaOptions, NotificationStream } from '../../src/anilibria/index.ts';
import { seededRandom } from '../../src/mock/random.ts';
import type { StreamGap } from '../../src/stream/event-stream.ts';
import { testClock } from '../support/clock.ts';
import { until } from '../support/polled.ts';
import { json, startServer } from '../support/server.ts';
import { client, host } from './host.ts';

const episode = (
  title_id: number,
  number: number,
  timestamp = `2026-01-01T20:${String(number % 60).padStart(2, '0')}:00Z`,
) => ({
  type: 'new_episode',
  title_id,
  episode: number,
  title: 'Тихий сад',
  episode_name: `Серия ${number}`,
  poster: 'https://anilibria.tv/1.jpg',
  timestamp,
});

/** A stream that is watched, the service behind it, and the time in the test's hand. */
async function watched(
  options: Parameters<ReturnType<typeof client>['notifications']>[0] = {},
  of: AnilibriaOptions = {},
) {
  const server = await host();
  const clock = testClock();
  const anilibria = client(server.base, { clock, ...of });
  const stream = anilibria.notifications(options);
  const heard: AnilibriaNotification[] = [];
  const stop = stream.subscribe((event) => void heard.push(event));
  return { server, clock, anilibria, stream, heard, stop, service: server.anilibria };
}

const sent = (service: Awaited<ReturnType<typeof host>>['anilibria'], at = 0) => service.listeners[at]?.heard ?? [];

describe('notifications', () => {
  it('AL-23 AL-24 AL-25 begin at /ws with who asks, then what is wanted', async () => {
    const server = await host();
    const token = server.anilibria.issue();
    const stream = client(server.base, { token }).notifications({ titles: [9919, 9918], types: ['new_title'] });
    expect(server.anilibria.connections).toBe(0);
    stream.subscribe(() => {});
    await stream.ready();
    await until(() => sent(server.anilibria).length === 4);
    expect(server.requests.map(({ path }) => path)).toEqual(['/anilibria/api/anilibria/v2/ws']);
    expect(sent(server.anilibria)).toEqual([
      { type: 'auth', data: { token } },
      { type: 'subscribe_title', data: { title_id: 9919 } },
      { type: 'subscribe_title', data: { title_id: 9918 } },
      { type: 'subscribe_updates', data: { types: ['new_title'] } },
    ]);
  });

  it('AL-23 the address is wss for https', async () => {
    const opened: string[] = [];
    function Recorder(url: string): never {
      opened.push(url);
      throw new Error('no network in this test');
    }
    const stream = client('https://anilibria.test/api/anilibria/v2', {
      WebSocket: Recorder as never,
      fetch: async () => Response.json({ status: 'healthy' }),
    }).notifications();
    stream.subscribe(() => {});
    await until(() => opened.length === 1);
    expect(opened).toEqual(['wss://anilibria.test/api/anilibria/v2/ws']);
  });

  it('AL-18 AL-25 need no token, and without a wish bring every update', async () => {
    const { service, stream } = await watched();
    await stream.ready();
    await until(() => sent(service).length === 1);
    expect(sent(service)).toEqual([
      { type: 'subscribe_updates', data: { types: ['new_episode', 'new_title', 'status_change'] } },
    ]);
  });

  it.each([false, true])(
    'AL-28 AL-39 are told in one form, whichever the wire has (beside the data: %s)',
    async (flat) => {
      const { service, heard, stream } = await watched();
      service.switches.flat = flat;
      await stream.ready();
      await until(() => sent(service).length === 1);
      service.news(episode(9919, 18, '2026-01-01T20:18:00'));
      service.news({
        type: 'new_title',
        title_id: 1,
        title: 'Алый мост',
        poster: 'p',
        genres: ['Драма'],
        timestamp: '2026-01-01T20:00:01Z',
      });
      service.news({
        type: 'status_change',
        title_id: 2,
        old_status: 'ongoing',
        new_status: 'completed',
        timestamp: '2026-01-01T20:00:02Z',
      });
      await until(() => heard.length === 3);
      const { type: _, ...data } = episode(9919, 18, '2026-01-01T20:18:00');
      expect(heard).toEqual([
        { type: 'new_episode', data, at: Date.UTC(2026, 0, 1, 20, 18) },
        {
          type: 'new_title',
          data: expect.objectContaining({ title_id: 1, genres: ['Драма'] }),
          at: Date.UTC(2026, 0, 1, 20, 0, 1),
        },
        {
          type: 'status_change',
          data: expect.objectContaining({ title_id: 2, new_status: 'completed' }),
          at: Date.UTC(2026, 0, 1, 20, 0, 2),
        },
      ]);
    },
  );

  it('AL-24 AL-27 are subscribed and unsubscribed while they run, each thing asked for once', async () => {
    const { service, anilibria, stream, stop } = await watched({ titles: [1] });
    await stream.ready();
    const other = anilibria.notifications({ titles: [1, 2] });
    const stopOther = other.subscribe(() => {});
    await other.ready();
    stream.subscribeTitle(3);
    stream.subscribeTitle(3);
    stream.unsubscribeTitle(1);
    stopOther();
    stream.subscribeUpdates(['new_title', 'a_new_kind']);
    stream.subscribeUpdates([]);
    await until(() => sent(service).length === 7);
    expect(sent(service).map(({ type, data }) => [type, Object.values(data as object)[0]])).toEqual([
      ['subscribe_title', 1],
      ['subscribe_title', 2],
      ['subscribe_title', 3],
      ['unsubscribe_title', 1],
      ['unsubscribe_title', 2],
      // AL-27: words that we do not know, and the empty list that wants nothing.
      ['subscribe_updates', ['new_title', 'a_new_kind']],
      ['subscribe_updates', []],
    ]);
    stop();
    await until(() => service.listeners.length === 0);
  });

  it('AL-24 of several streams come over one socket, each to whom it concerns', async () => {
    const { service, anilibria, stream, heard } = await watched({ titles: [1] });
    const all: AnilibriaNotification[] = [];
    const titles: AnilibriaNotification[] = [];
    anilibria.notifications().subscribe((event) => void all.push(event));
    anilibria.notifications({ types: ['new_title'] }).subscribe((event) => void titles.push(event));
    await stream.ready();
    await until(() => sent(service).length === 2);
    service.news(episode(1, 1));
    service.news(episode(2, 1));
    service.news({ type: 'new_title', title_id: 3, timestamp: '2026-01-01T20:00:01Z' });
    await until(() => all.length === 3);
    expect(service.connections).toBe(1);
    expect(heard.map(({ data }) => data.title_id)).toEqual([1]);
    expect(titles.map(({ data }) => data.title_id)).toEqual([3]);
  });

  it('AL-28 that are told twice, to who watches the title and to who watches all, come once', async () => {
    const { service, heard, stream } = await watched();
    await stream.ready();
    await until(() => sent(service).length === 1);
    for (const number of [1, 1, 2, 1]) service.news(episode(9919, number));
    await until(() => heard.length === 2);
    expect(stream.stats()).toMatchObject({ duplicates: 2, eventsProcessed: 2 });
  });

  it('AL-30 that nobody knows are unknown, and what is none is invalid, without its content', async () => {
    const { service, heard, stream } = await watched();
    const invalid: unknown[] = [];
    stream.on('invalid', (event) => invalid.push(event));
    await stream.ready();
    await until(() => sent(service).length === 1);
    const [listener] = service.listeners;
    listener?.peer.send({ type: 'playlist_update', title_id: 5, data: { change: 1 } });
    listener?.peer.send('<html>');
    listener?.peer.send('[1]');
    listener?.peer.send({ data: {} });
    listener?.peer.send({ type: 'new_episode', data: { title: 'x' } });
    await until(() => heard.length === 1 && invalid.length === 4);
    expect(heard[0]).toMatchObject({ type: 'unknown', name: 'playlist_update', data: { title_id: 5, change: 1 } });
    expect(invalid).toEqual([
      { platform: 'anilibria', path: '', code: 'no JSON' },
      { platform: 'anilibria', path: '', code: 'wrong type for frame' },
      { platform: 'anilibria', path: 'type', code: 'type missing' },
      { platform: 'anilibria', path: 'data.title_id', code: 'title_id missing' },
    ]);
  });

  it('AL-28 AL-30 any frame is read, and none throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(['notification', 'error', 'invalid']).toContain(readFrame(text, 0).kind);
      }),
    );
    const word = fc.constantFrom('new_episode', 'new_title', 'status_change');
    fc.assert(
      fc.property(word, fc.integer(), fc.dictionary(fc.string(), fc.jsonValue()), (type, title_id, more) => {
        for (const frame of [
          { type, data: { ...more, title_id } },
          { type, title_id, data: { ...more, title_id: undefined } },
        ]) {
          const { title_id: _, ...rest } = more;
          const read = readFrame(
            JSON.stringify({ ...frame, data: { ...rest, ...(frame.title_id === undefined && { title_id }) } }),
            0,
          );
          expect(read).toMatchObject({ kind: 'notification', notification: { type, data: { title_id } } });
        }
      }),
    );
  });
});

describe('a refused token', () => {
  it('AL-29 ends the stream with AUTH, and nothing hammers', async () => {
    const { clock, service, stream, server } = await watched({}, { token: 'not-a-secret-stale' });
    const ended = new Promise<unknown>((resolve) => stream.on('end', resolve));
    expect(await ended).toMatchObject({
      code: 'AUTH',
      fatal: true,
      message: expect.stringMatching(/the token was refused.*AUTH_FAILED.*Неверный токен/),
    });
    await clock.advance(600_000);
    expect(service.connections).toBe(1);
    expect(server.requests).toHaveLength(1);
  });

  it('AL-26 AL-29 is tried again only with another one', async () => {
    const server = await host();
    const clock = testClock();
    const get = vi.fn(() => (get.mock.calls.length === 1 ? 'not-a-secret-stale' : server.anilibria.issue()));
    const stream = client(server.base, { clock, token: get }).notifications({ titles: [1] });
    stream.subscribe(() => {});
    await until(() => server.anilibria.connections === 1 && get.mock.calls.length === 2);
    await until(() => clock.pending > 0);
    await clock.advance(2000);
    await until(() => sent(server.anilibria).length === 2);
    expect(server.anilibria.connections).toBe(2);
    expect(sent(server.anilibria)[0]).toEqual({
      type: 'auth',
      data: { token: expect.stringMatching(/^not-a-secret-jwt-/) },
    });
  });

  it('AL-29 other errors of the service end nothing', async () => {
    const { service, stream, heard } = await watched();
    const errors: unknown[] = [];
    stream.on('error', (error) => errors.push(error));
    await stream.ready();
    await until(() => sent(service).length === 1);
    service.listeners[0]?.peer.send({ type: 'error', data: { code: 'BUSY', message: 'Занято' } });
    service.news(episode(1, 1));
    await until(() => heard.length === 1);
    expect(errors).toEqual([
      expect.objectContaining({ code: 'UPSTREAM', fatal: false, message: expect.stringContaining('BUSY') }),
    ]);
  });

  it('AL-25 auth() resolves when no refusal came within 5 s, and rejects when one did', async () => {
    const { service, clock, stream } = await watched();
    await stream.ready();
    const good = stream.auth(service.issue());
    await until(() => service.listeners[0]?.token !== undefined);
    await clock.advance(5000);
    await expect(good).resolves.toBeUndefined();
    const bad = stream.auth('not-a-secret-other');
    await expect(bad).rejects.toMatchObject({ code: 'AUTH' });
    await expect(stream.auth('not-a-secret-other')).rejects.toMatchObject({ code: 'SOCKET' });
  });

  it('AL-29 no log and no error holds a token', async () => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const { stream } = await watched(
      {},
      { token: 'not-a-secret-stale', logger: { debug: write, info: write, warn: write, error: write } },
    );
    const error = await new Promise((resolve) => stream.on('end', resolve));
    expect(lines.join() + JSON.stringify(error)).not.toContain('not-a-secret-stale');
    expect(lines.length).toBeGreaterThan(0);
  });

  it('AL-25 a socket that is never let in asks over HTTP whether it may', async () => {
    const server = await startServer(({ path }) =>
      path.endsWith('/health') ? json({ detail: 'Invalid token' }, 401) : json({}, 403),
    );
    const clock = testClock();
    const stream = client(`${server.url}/api/anilibria/v2`, { clock, token: 'not-a-secret-stale' }).notifications();
    const ended = new Promise<unknown>((resolve) => stream.on('end', resolve));
    const refused = new Promise((resolve) => stream.on('error', resolve));
    stream.subscribe(() => {});
    await refused;
    await clock.advance(2000);
    expect(await ended).toMatchObject({ code: 'AUTH' });
    expect(server.arrivals.map(({ path }) => path)).toEqual(['/api/anilibria/v2/ws', '/api/anilibria/v2/health']);
  });
});

it('AL-26 after each of 50 losses everything is wanted again, no notification comes twice, and every gap is said', async () => {
  const server = await host();
  const { anilibria: service } = server;
  const clock = testClock();
  const random = seededRandom('losses');
  const tokens: string[] = [];
  const token = (): string => {
    const made = service.issue();
    tokens.push(made);
    return made;
  };
  const anilibria = client(server.base, { clock, token, logger: false });
  const one: NotificationStream = anilibria.notifications({ titles: [1, 2] });
  const two = anilibria.notifications({ types: ['new_title'] });
  const heard: string[] = [];
  const gaps: StreamGap[] = [];
  one.on('gap', (gap) => gaps.push(gap));
  for (const stream of [one, two])
    stream.subscribe(
      ({ type, data }) => void heard.push([type, data.title_id, data.episode, data.timestamp].join(':')),
    );
  const wanted = new Set([1, 2]);
  let number = 0;
  let told = 0;
  let lost = 0;
  const tell = (news: Readonly<Record<string, unknown>>): void => {
    if (service.listeners.length) told += 1;
    else lost += 1;
    service.news(news);
  };

  for (let loss = 0; loss <= 50; loss += 1) {
    await until(() => sent(service).length >= wanted.size + 2);
    const [first, ...frames] = sent(service);
    // A token of its own for every connection.
    expect(first).toEqual({ type: 'auth', data: { token: tokens.at(-1) } });
    expect(tokens).toHaveLength(loss + 1);
    const titles = frames.flatMap(({ type, data }) =>
      type === 'subscribe_title' ? [(data as { title_id: number }).title_id] : [],
    );
    expect(new Set(titles)).toEqual(wanted);
    expect(frames).toContainEqual({ type: 'subscribe_updates', data: { types: ['new_title'] } });
    const before = heard.length;
    const here = [];
    for (let news = 0; news < 1 + random() * 4; news += 1) {
      number += 1;
      here.push(number);
      tell({ type: 'new_episode', title_id: 1 + (number % 2), episode: number, timestamp: `t${number}` });
    }
    tell({ type: 'new_title', title_id: 1000 + loss, timestamp: `t${loss}` });
    // The same again, as a service does that has forgotten whom it told.
    service.news({ type: 'new_title', title_id: 1000 + loss, timestamp: `t${loss}` });
    await until(() => heard.length === before + here.length + 1);
    if (loss === 50) break;
    if (random() < 0.3) {
      const id = 10 + loss;
      wanted.add(id);
      one.subscribeTitle(id);
      await until(() => service.listeners[0]?.titles.has(id));
    }
    await clock.advance(Math.floor(random() * 20_000));
    const [listener] = service.listeners;
    if (random() < 0.5) listener?.peer.drop();
    else listener?.peer.close(1012);
    await until(() => service.listeners.length === 0);
    await until(() => clock.pending > 0);
    tell({ type: 'new_episode', title_id: 1, episode: 10_000 + loss, timestamp: 'lost' });
    for (let waits = 0; service.listeners.length === 0 && waits < 70; waits += 1) {
      await clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  expect(service.connections).toBe(51);
  expect(heard).toHaveLength(told);
  expect(new Set(heard).size).toBe(heard.length);
  expect(lost).toBe(50);
  expect(gaps).toHaveLength(50);
  for (const { from = Number.NaN, to, reason } of gaps) {
    expect(reason).toBe('disconnected');
    expect(from).toBeLessThanOrEqual(to);
  }
  onTestFinished(() => one.close());
});
