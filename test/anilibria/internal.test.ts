import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAnilibriaInternal } from '../../src/anilibria/index.ts';
import { json, startServer } from '../support/server.ts';
import { host } from './host.ts';

async function internal(token?: string) {
  const server = await host();
  const baseUrl = server.addresses.anilibria ?? '';
  const client = createAnilibriaInternal({
    token: token ?? server.anilibria.serviceToken,
    baseUrl,
    nodeUrl: baseUrl,
    logger: false,
    retry: 0,
  });
  return { server, client, log: server.anilibria.internal };
}

describe('the doors between the services', () => {
  it('AL-31 AL-33 are five, with the bodies of the documents', async () => {
    const { client, log, server } = await internal();
    expect(await client.sync.title({ titleId: 9919 })).toEqual({ title_id: 9919, synced: true });
    await client.sync.title({ titleId: 9919, force: true });
    expect(log.synced).toEqual([
      { title_id: 9919, force: false },
      { title_id: 9919, force: true },
    ]);
    expect(await client.cache.stats()).toEqual({ size: 0, levels: ['l1'] });
    expect(await client.cache.clear({ pattern: 'titles:*', confirm: true })).toEqual({ cleared: 0 });
    // AL-33: flat, and the same words as on the socket.
    await client.notify({ type: 'new_episode', titleId: 9919, episode: 18, timestamp: '2026-01-01T20:00:00Z' });
    expect(log.notified).toEqual([
      { type: 'new_episode', title_id: 9919, episode: 18, timestamp: '2026-01-01T20:00:00Z' },
    ]);
    expect(await client.users.validate({ userId: '42' })).toEqual({ user_id: '42', valid: true });
    expect(server.requests.map(({ method, path }) => `${method} ${path.replace('/anilibria/internal', '')}`)).toEqual([
      'POST /sync/title',
      'POST /sync/title',
      'GET /cache/stats',
      'DELETE /cache/clear',
      'POST /anilibria/notify',
      'GET /users/validate/42',
    ]);
    for (const { headers } of server.requests)
      expect(headers.authorization).toBe(`Bearer ${server.anilibria.serviceToken}`);
  });

  it('AL-31 AL-32 a DELETE has a JSON body, and its pattern goes as it is', async () => {
    const server = await startServer(() => json({ cleared: 1 }));
    const client = createAnilibriaInternal({ token: 'not-a-secret-service-token', baseUrl: server.url, logger: false });
    await client.cache.clear({ pattern: 'anilibria:titles:*', confirm: true });
    const [{ method, headers, body } = { method: '', headers: {}, body: '' }] = server.arrivals;
    expect([method, headers['content-type'], JSON.parse(body)]).toEqual([
      'DELETE',
      'application/json',
      { pattern: 'anilibria:titles:*', confirm: true },
    ]);
  });

  it.each([undefined, false, 'true', 1])(
    'AL-32 clear with confirm: %s is refused before anything is sent',
    async (confirm) => {
      const { client, server } = await internal();
      await expect(client.cache.clear({ pattern: 'titles:*', confirm } as never)).rejects.toMatchObject({
        code: 'VALIDATION',
        sent: 'no',
        message: expect.stringContaining('confirm must be true'),
      });
      await expect(client.cache.clear({ confirm: true } as never)).rejects.toMatchObject({ code: 'VALIDATION' });
      expect(server.requests).toEqual([]);
    },
  );

  it('AL-31 what changes something is sent once, however it fails', async () => {
    const server = await startServer(() => json({ detail: 'no' }, 503));
    const client = createAnilibriaInternal({
      token: 'not-a-secret-service-token',
      baseUrl: server.url,
      nodeUrl: server.url,
      logger: false,
    });
    await expect(client.sync.title({ titleId: 1 })).rejects.toMatchObject({ status: 503 });
    await expect(client.notify({ type: 'new_title', titleId: 1 })).rejects.toMatchObject({ status: 503 });
    await expect(client.cache.clear({ pattern: '*', confirm: true })).rejects.toMatchObject({ status: 503 });
    expect(server.arrivals).toHaveLength(3);
  });

  it('AL-31 a refused service token is AUTH, and is in no error', async () => {
    const { client } = await internal('not-a-secret-but-wrong');
    const error = await client.cache.stats().then(
      () => new Error('none'),
      (caught: Error) => caught,
    );
    expect(error).toMatchObject({ code: 'AUTH', problem: { reason: 'invalid' } });
    expect(JSON.stringify(error) + error.stack).not.toContain('not-a-secret-but-wrong');
  });

  it('AL-31 close() ends both', async () => {
    const { client } = await internal();
    await client.close();
    await expect(client.cache.stats()).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(client.users.validate({ userId: '42' })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('a page', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('AL-31 gets no client with a service token: CONFIG', () => {
    vi.stubGlobal('document', {});
    expect(() => createAnilibriaInternal({ token: 'not-a-secret-service-token' })).toThrow(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('not for a page') }),
    );
  });

  it('AL-31 nor does anybody without one', () => {
    expect(() => createAnilibriaInternal({ token: '' })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    expect(() => createAnilibriaInternal(undefined as never)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });
});
