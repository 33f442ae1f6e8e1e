import { describe, expect, it } from 'vitest';
import { connect } from '../../src/core/client.ts';
import type { TelemetryEvent } from '../../src/core/telemetry.ts';
import { createTelemetry } from '../../src/core/telemetry.ts';
import { minutes } from '../../src/core/time.ts';
import { testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';
import { json, startServer } from '../support/server.ts';
import { canary, demo } from './fixture.ts';

const event = { platform: 'demo', endpoint: 'plain', method: 'GET', attempt: 1, at: 0 };

describe('telemetry', () => {
  it('core-24 tells of every request, answer, retry and rate limit, without a secret', async () => {
    const server = await startServer(({ nth }) =>
      nth === 1 ? { status: 503 } : json(1, 200, { 'x-ratelimit-remaining': '9', 'x-ratelimit-limit': '60' }),
    );
    const events: TelemetryEvent[] = [];
    const heard: unknown[] = [];
    const client = connect(
      demo,
      { baseUrl: server.url, logger: false, random: () => 0, telemetry: (one) => events.push(one) },
      { credential: canary },
    );
    const stop = client.on('response', (one) => heard.push(one.status));
    await client.room({ room: 'a' });
    stop();
    await client.asked();
    expect(events.slice(0, 6).map((event) => [event.type, 'attempt' in event && event.attempt])).toEqual([
      ['request', 1],
      ['response', 1],
      ['retry', 1],
      ['request', 2],
      ['ratelimit', 2],
      ['response', 2],
    ]);
    expect(events[0]).toMatchObject({
      platform: 'demo',
      endpoint: 'room',
      method: 'GET',
      url: `${server.url}/rooms/a/***/`,
    });
    expect(events[1]).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
    expect(events[4]).toMatchObject({ remaining: 9, limit: 60 });
    expect(heard).toEqual([503, 200]);
    expect(JSON.stringify(events)).not.toContain(canary);
    await client.close();
  });

  it('core-16 a listener that throws stops neither its neighbours nor the call', async () => {
    const server = await startServer(() => json(1));
    const seen: string[] = [];
    const bad = (): never => {
      throw new Error('mine');
    };
    const client = connect(demo, { baseUrl: server.url, logger: false, telemetry: bad });
    client.on('request', bad);
    client.on('request', () => seen.push('neighbour'));
    expect(await client.plain()).toBe(1);
    expect(seen).toEqual(['neighbour']);
  });

  it('core-24 an attempt that fails is told with its code', async () => {
    const server = await startServer(() => 'reset');
    const events: TelemetryEvent[] = [];
    const client = connect(demo, {
      baseUrl: server.url,
      logger: false,
      retry: 0,
      telemetry: (one) => events.push(one),
    });
    await failure(client.plain());
    expect(events.map(({ type }) => type)).toEqual(['request', 'response']);
    expect(events[1]).toMatchObject({ code: 'NETWORK' });
  });

  it('builds an event only if somebody listens', () => {
    const telemetry = createTelemetry();
    let built = 0;
    const make = () => {
      built += 1;
      return event;
    };
    telemetry.emit('request', make);
    const stop = telemetry.on('request', () => {});
    telemetry.emit('request', make);
    stop();
    telemetry.emit('request', make);
    expect(built).toBe(1);
  });

  it('gives everybody the same event, and neither of two listeners that leave and come meanwhile twice', () => {
    const everything: object[] = [];
    const telemetry = createTelemetry((one) => everything.push(one));
    const heard: [string, object][] = [];
    const stop = telemetry.on('request', (one) => {
      heard.push(['first', one]);
      stop();
      telemetry.on('request', (next) => heard.push(['second', next]));
    });
    telemetry.emit('request', () => event);
    telemetry.emit('request', () => event);
    expect(heard.map(([who]) => who)).toEqual(['first', 'second']);
    expect(everything).toEqual([
      { type: 'request', ...event },
      { type: 'request', ...event },
    ]);
    expect(heard[0]?.[1]).toBe(everything[0]);
  });

  it('the time of an answer begins when it may be asked for, not while its limiter makes it wait', async () => {
    const clock = testClock();
    const server = await startServer(() => json(1));
    const heard: number[] = [];
    const client = connect(demo, { baseUrl: server.url, logger: false, clock, deadline: minutes(5) });
    client.on('response', ({ elapsedMs }) => heard.push(elapsedMs));
    await client.slow();
    const second = client.slow();
    await clock.advance(minutes(1));
    await second;
    expect(heard).toEqual([0, 0]);
  });

  it('an attempt that never left is not told as an answer', async () => {
    const server = await startServer(() => ({ status: 503 }));
    const heard: unknown[] = [];
    let asked = 0;
    const client = connect(
      demo,
      { baseUrl: server.url, logger: false, random: () => 0 },
      {
        credential() {
          asked += 1;
          if (asked > 1) throw new Error('no token');
          return 'not-a-secret-token';
        },
      },
    );
    client.on('response', ({ status, code }) => heard.push(status ?? code));
    expect(await failure(client.plain())).toMatchObject({ code: 'AUTH' });
    expect(heard).toEqual([503]);
  });
});
