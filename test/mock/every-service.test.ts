import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { seededRandom } from '../../src/mock/random.ts';
import { defaultPorts, services } from '../../src/mock/services.ts';
import { testClock } from '../support/clock.ts';
import { serve } from './serve.ts';

const names = Object.keys(services);

describe.each(Object.values(services))('the mock of $name', ({ name, prefix, origins, create }) => {
  it('EV-29 has its name as its prefix, a usual port, true addresses, and variables that lead to it', async () => {
    const server = await serve({ platforms: [name], ports: { [name]: 0 } });
    expect(prefix).toBe(`/${name}`);
    expect(defaultPorts[name]).toBeGreaterThan(1024);
    expect(origins.length).toBeGreaterThan(0);
    for (const origin of origins) expect(new URL(origin).protocol).toMatch(/^https?:$/);
    const variables = Object.entries(server.env);
    expect(variables.length).toBeGreaterThan(0);
    for (const [variable] of variables) expect(variable.startsWith(`${name.toUpperCase()}_`)).toBe(true);
    expect(variables.some(([, value]) => value.startsWith(`${server.url}${prefix}`))).toBe(true);
    expect(Object.keys(server.addresses)).toEqual([name]);
  });

  it('EV-32 fails on every path as it is told, and lets pages ask by every method it has', async () => {
    const { url, routes, faults, requests } = await serve({ platforms: [name] });
    const paths = routes.filter(({ platform }) => platform === name);
    expect(paths.length).toBeGreaterThan(0);
    for (const { method, path } of paths) {
      const address = url + path.replace(/:\w+/g, 'any');
      const failed = await fetch(`${address}?mock=html:502`, { method });
      expect([path, failed.status, failed.headers.get('content-type')]).toEqual([
        path,
        502,
        'text/html; charset=utf-8',
      ]);
      const asked = await fetch(address, { method: 'OPTIONS', headers: { 'access-control-request-method': method } });
      expect([path, asked.headers.get('access-control-allow-methods')?.split(', ').includes(method)]).toEqual([
        path,
        true,
      ]);
    }
    expect(faults).toEqual({ [name]: { html: paths.length } });
    expect(requests.every(({ platform, method }) => platform === name || method === 'OPTIONS')).toBe(true);
  });

  it('answers every path with a status that is no mistake of the mock, whatever is sent', async () => {
    const { url, routes } = await serve({ platforms: [name], clock: testClock() });
    for (const { method, path } of routes) {
      const address = url + path.replace(/:\w+/g, '../%E0%A4%A'.replace('../', ''));
      for (const body of method === 'GET' ? [undefined] : [undefined, '{', '[]', '{"a":{}}', 'null']) {
        const answer = await fetch(address, {
          method,
          ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
        });
        const text = await answer.text();
        expect([method, path, body, answer.status, answer.status === 500 && text]).toEqual([
          method,
          path,
          body,
          answer.status,
          false,
        ]);
      }
    }
  });

  it('ends with the server: no timer is left, no socket is open', async () => {
    const clock = testClock();
    const { url, close, env } = await serve({ platforms: [name], clock });
    expect(env).toBeDefined();
    const { sockets = [] } = create({
      clock: testClock(),
      random: seededRandom(1),
      pace: 1,
      every: 1000,
      strict: false,
      origin: () => `${url}${prefix}`,
    });
    const closed: Promise<unknown>[] = [];
    for (const { path } of sockets) {
      const socket = new WebSocket(`${url.replace('http', 'ws')}${prefix}${path.replace(/:\w+/g, 'any')}`);
      onTestFinished(() => socket.terminate());
      const refused = once(socket, 'error').then(() => socket.terminate());
      closed.push(new Promise((resolve) => socket.once('close', resolve)));
      await Promise.race([refused, once(socket, 'open').catch(() => undefined)]);
    }
    await close();
    await Promise.all(closed);
    expect(clock.pending).toBe(0);
  });
});

it('every service that a port is known for is there', () => {
  expect(names.sort()).toEqual(Object.keys(defaultPorts).sort());
});
