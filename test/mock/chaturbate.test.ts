import { describe, expect, it } from 'vitest';
import { KnownEvent } from '../../src/chaturbate/schemas.ts';
import { testClock } from '../support/clock.ts';
import { ask, follow, serve, type WireEvent } from './serve.ts';

const fast = { seed: 7, pace: Number.POSITIVE_INFINITY, platforms: ['chaturbate'] };
const room = (url: string, query = '') => `${url}/events/mock_room/not-a-secret-token/${query}`;
const timeOf = ({ id = '' }: WireEvent) => Number(id.split('-')[0]);

describe('the long poll', () => {
  it('answers every tip of the script in order, each with an id of its own, whatever else happens between', async () => {
    const { url, script } = await serve({ ...fast, limit: 80, backlog: 0 });
    const events = await follow(room(url, '?timeout=0'));
    const tips = script().filter(({ dialect }) => dialect === 'real');
    expect(events.flatMap(({ object }) => (object?.tip ? [[object.tip.tokens, object.user]] : []))).toMatchObject(
      tips.map(({ amount, wireName }) => [amount, { username: wireName }]),
    );
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  it('knows all twelve methods, each as the schema of the platform has it', async () => {
    const { url } = await serve({ ...fast, limit: 200 });
    const events = await follow(room(url, '?timeout=0'));
    expect(new Set(events.map(({ method }) => method)).size).toBe(12);
    for (const event of events) expect(KnownEvent.parse(event)).toEqual(event);
  });

  it('an anonymous tip still carries the name, and a note begins with `| `', async () => {
    const { url, script } = await serve({ ...fast, limit: 120, backlog: 0 });
    const events = await follow(room(url, '?timeout=0'));
    const tips = script().filter(({ dialect }) => dialect === 'real');
    const came = events.filter(({ method }) => method === 'tip').map(({ object }) => [object?.user, object?.tip]);
    expect(came).toMatchObject(
      tips.map(({ wireName, anonymous, message }) => [
        { username: wireName },
        { isAnon: anonymous, message: message === '' ? '' : `| ${message}` },
      ]),
    );
    expect(tips.some(({ anonymous }) => anonymous) && tips.some(({ message }) => message === '')).toBe(true);
  });

  it('begins, cold, with what happened before anybody came', async () => {
    const clock = testClock();
    const { url, script } = await serve({ ...fast, limit: 4, backlog: 5, pageSize: 50, clock });
    const { body, headers } = await ask(room(url, '?timeout=0'));
    expect(Date.parse(headers.get('date') ?? '')).toBe(clock.now());
    expect(body.events.filter((event) => timeOf(event) < clock.now())).toHaveLength(5);
    const tips = body.events.filter((event) => timeOf(event) >= clock.now() && event.method === 'tip');
    expect(tips).toHaveLength(script().filter(({ dialect }) => dialect === 'real').length);
    expect(body.events.map(timeOf)).toEqual(body.events.map(timeOf).sort((a, b) => a - b));
  });

  it('sends on with `nextUrl`: the same origin and path, the cursor, the hold', async () => {
    const { url } = await serve({ ...fast, limit: 4 });
    const local = url.replace('127.0.0.1', 'localhost');
    const { body } = await ask(`${local}/events/some%20body/to%2Fken/?timeout=33`);
    expect(body.nextUrl).toBe(`${local}/events/some%20body/to%2Fken/?i=${body.events.at(-1)?.id}&timeout=33`);
    expect(body.events[0]?.object?.broadcaster).toBe('some body');
  });

  it.each([
    ['', 10],
    ['?timeout=3', 3],
    ['?timeout=0', 0],
    ['?timeout=90', 90],
    ['?timeout=500', 90],
    ['?timeout=-1', 0],
    ['?timeout=soon', 10],
  ])('holds an idle request%s for %i s and then says 400 with the way on', async (query, seconds) => {
    const clock = testClock();
    const server = await serve({ scenario: 'quiet', clock });
    let answered = false;
    const asked = ask(room(server.url, query)).finally(() => {
      answered = true;
    });
    if (seconds > 0) {
      await until(() => clock.pending > 0);
      await clock.advance(seconds * 1000 - 1);
      expect(answered).toBe(false);
      await clock.advance(1);
    }
    const { status, body } = await asked;
    expect(status).toBe(400);
    const start = testClock().now();
    expect(body).toEqual({
      status: 'waited too long for events',
      nextUrl: room(server.url, `?i=${start}-0&timeout=${seconds}`),
      events: [],
    });
  });

  it('answers at once when something happens while it holds, and waits for what is due', async () => {
    const clock = testClock();
    const server = await serve({ scenario: 'quiet', clock });
    const asked = ask(room(server.url, '?timeout=90'));
    await until(() => clock.pending > 0);
    server.tip('chaturbate', { dialect: 'real', tipper: 'amber_kite', amount: 12, anonymous: true, message: 'psst' });
    const { status, body } = await asked;
    expect(status).toBe(200);
    expect(body.events).toMatchObject([
      {
        method: 'tip',
        object: { user: { username: 'amber_kite' }, tip: { tokens: 12, isAnon: true, message: '| psst' } },
      },
    ]);
    const next = await serve({ ...fast, pace: 1, every: 8000, backlog: 0, clock });
    const first = await ask(room(next.url, '?timeout=0'));
    const second = ask(`${first.body.nextUrl?.replace('timeout=0', 'timeout=90')}`);
    await until(() => clock.pending > 0);
    await clock.advance(12_000);
    expect((await second).body.events.length).toBeGreaterThan(0);
  });
});

describe('the documented polling', () => {
  it('EV-33 gives format 1 and format 2, mixed or as asked', async () => {
    const { url } = await serve({ ...fast, pageSize: 20 });
    const keys = async (query: string) =>
      new Set((await ask(`${url}/events/chaturbate${query}`)).body.events.map((event) => Object.keys(event).join()));
    expect(await keys('')).toEqual(new Set(['method,tip', 'method,object']));
    expect(await keys('?mock=format:1')).toEqual(new Set(['method,tip']));
    expect(await keys('?mock=format:format-2')).toEqual(new Set(['method,object']));
  });

  it('an anonymous tip of format 1 says so and carries the name; format 2 cannot say it and leaves the name out', async () => {
    const server = await serve({ scenario: 'quiet' });
    for (const format of ['format-1', 'format-2'])
      server.tip('chaturbate', { anonymous: true, tipper: 'fan123', format });
    expect((await ask(`${server.url}/events/chaturbate`)).body.events).toEqual([
      { method: 'tip', tip: { tokens: 100, from_username: 'fan123', message: '', is_anon: true } },
      { method: 'tip', object: { amount: 100, message: '' } },
    ]);
  });
});

/** Lets the sockets of this machine run until something holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
