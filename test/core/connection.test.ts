import { describe, expect, it } from 'vitest';
import { open } from '../../src/core/connection.ts';
import { json, startServer } from '../support/server.ts';
import { canary, demo } from './fixture.ts';

const { endpoints } = demo;

describe('one attempt', () => {
  it('XS-4 puts the credential where the platform says: header, Bearer, query, path, or nowhere', async () => {
    const server = await startServer(() => json({ ok: true }));
    const connection = open(demo, { baseUrl: server.url, logger: false }, { credential: canary });
    await connection.send(endpoints.plain, {});
    await connection.send(endpoints.carried, {});
    await connection.send(endpoints.asked, {});
    await connection.send(endpoints.room, { room: 'a/b ä' });
    await connection.send(endpoints.open, {});
    const [plain, carried, asked, room, bare] = server.arrivals;
    expect(plain?.headers['x-api-key']).toBe(canary);
    expect(plain?.rawHeaders).toContain('x-api-key');
    expect(carried?.headers.authorization).toBe(`Bearer ${canary}`);
    expect(asked?.url).toBe(`/asked?api_key=${canary}`);
    expect(room?.url).toBe(`/rooms/a%2Fb%20%C3%A4/${canary}/`);
    for (const one of [carried, asked, room, bare]) expect(one?.headers['x-api-key']).toBeUndefined();
    expect(JSON.stringify(bare)).not.toContain(canary);
  });
});
