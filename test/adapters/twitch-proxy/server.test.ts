import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addressOf } from '../../../src/adapters/twitch-proxy/server.ts';
import { twitchProxyHandler } from '../../../src/adapters/twitch-proxy.ts';
import { serveTwitchProxy } from '../../../src/adapters/twitch-proxy-node.ts';
import { json, startServer } from '../../support/server.ts';
import { token } from './helix.ts';

interface Said {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** What the transport says of itself. */
const ofTransport = /^(date|connection|keep-alive|content-length|transfer-encoding)$/;
const textOf = (bytes: Uint8Array): string => (bytes[0] === 0x1f ? gunzipSync(bytes) : Buffer.from(bytes)).toString();

/** A request as it is, without what `fetch` adds and decodes. */
const ask = (url: string, method: string, headers: Record<string, string>): Promise<Said> =>
  new Promise((resolve, reject) => {
    request(url, { method, headers }, async (answer) => {
      const shown = Object.entries(answer.headers).filter(([name]) => !ofTransport.test(name));
      resolve({
        status: answer.statusCode ?? 0,
        headers: Object.fromEntries(shown.map(([name, value]) => [name, String(value)])),
        body: textOf(await buffer(answer)),
      });
    })
      .on('error', reject)
      .end();
  });

describe('the server on Node', () => {
  it('says what the handler says, by the short way and by the long one', async () => {
    const helix = await startServer(({ query }) =>
      query.has('id', '404')
        ? json({ error: 'Not Found', status: 404, message: 'no' }, 404)
        : json({ data: ['x'.repeat(3000)] }),
    );
    const origin = 'https://overlay.example.com';
    const options = { clientId: 'someclient', baseUrl: helix.url, logger: false, cors: { origins: [origin] } } as const;
    const server = await serveTwitchProxy({ ...options, port: 0, host: '127.0.0.1' });
    onTestFinished(server.close);
    const handler = twitchProxyHandler(options);
    const bearer = { authorization: `Bearer ${token}` };
    const questions: [method: string, target: string, headers: Record<string, string>][] = [
      ['GET', '/healthz', {}],
      ['GET', '/users?id=1', bearer],
      ['GET', '/users?id=1', bearer],
      ['GET', '/users?id=1', { ...bearer, origin }],
      ['GET', '/users?id=1', { ...bearer, origin: 'https://elsewhere.example' }],
      ['GET', '/users?id=1', { ...bearer, 'accept-encoding': 'gzip' }],
      ['GET', '/users?id=1', { ...bearer, 'accept-encoding': 'gzip' }],
      ['HEAD', '/users?id=1', bearer],
      ['GET', '/users?id=1', {}],
      ['GET', '/users?id=1', { authorization: 'Basic abc' }],
      ['GET', '/users?id=404', bearer],
      ['GET', '/chatters?broadcaster_id=1&moderator_id=2', { ...bearer, 'accept-encoding': 'gzip' }],
      ['GET', '/chatters', bearer],
      ['GET', '/elsewhere', bearer],
      ['POST', '/users?id=1', bearer],
      ['OPTIONS', '/users', { origin }],
    ];
    for (const [method, target, headers] of questions) {
      const answer = await handler(new Request(`http://proxy${target}`, { method, headers }));
      const shown = Object.entries(Object.fromEntries(answer.headers)).filter(([name]) => !ofTransport.test(name));
      const expected: Said = {
        status: answer.status,
        headers: Object.fromEntries(shown),
        body: textOf(new Uint8Array(await answer.arrayBuffer())),
      };
      expect([method, target, await ask(server.url + target, method, headers)]).toEqual([method, target, expected]);
    }
  });

  it('says where it is, whatever kind of address that is', () => {
    expect(['127.0.0.1', '0.0.0.0', '::', undefined, 'localhost'].map((host) => addressOf(host, 81))).toEqual([
      'http://127.0.0.1:81',
      'http://127.0.0.1:81',
      'http://127.0.0.1:81',
      'http://127.0.0.1:81',
      'http://localhost:81',
    ]);
    expect(addressOf('::1', 81)).toBe('http://[::1]:81');
  });

  it('frees its port when it is closed, twice too', async () => {
    const server = await serveTwitchProxy({ clientId: 'someclient', port: 0, host: '127.0.0.1', logger: false });
    expect(await (await fetch(`${server.url}/healthz`)).text()).toBe('ok');
    await Promise.all([server.close(), server.close()]);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    const again = await serveTwitchProxy({
      clientId: 'someclient',
      port: server.port,
      host: '127.0.0.1',
      logger: false,
    });
    await again.close();
  });

  it('is CONFIG without a client id, before it listens', async () => {
    await expect(serveTwitchProxy({ clientId: '', port: 0 })).rejects.toMatchObject({ code: 'CONFIG' });
  });
});
