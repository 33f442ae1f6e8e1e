import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { listEndpoints } from '../../src/core/endpoint.ts';
import { read } from '../../src/core/reader.ts';
import { tiktok } from '../../src/tiktok/endpoints.ts';
import * as accounts from '../../src/tiktok/schemas/accounts.ts';
import * as live from '../../src/tiktok/schemas/live.ts';
import * as service from '../../src/tiktok/schemas.ts';
import { room } from './room.ts';

/** The schema of every answer. */
const schemas: Readonly<Record<string, z.ZodMiniType>> = {
  health: service.HealthCheckSchema,
  'monitoring.ping': service.PingSchema,
  'monitoring.detailed': service.DetailedHealthSchema,
  'monitoring.metrics': service.MetricsSchema,
  'monitoring.cacheStats': service.CacheStatsSchema,
  status: service.ServiceStatusSchema,
  'profile.get': service.UserProfileSchema,
  'profile.revalidate': service.RevalidateResultSchema,
  'live.connect': live.ConnectResultSchema,
  'live.disconnect': live.DoneSchema,
  'live.sessions': live.SessionsSchema,
  'live.cleanup': live.DoneSchema,
  'cache.clearExpired': live.DoneSchema,
  'auth.register': accounts.RegisteredSchema,
  'auth.login': accounts.LoggedInSchema,
  'auth.listApiKeys': accounts.ApiKeysSchema,
  'auth.generateApiKey': accounts.GeneratedKeySchema,
};
const bodies: Readonly<Record<string, object>> = {
  'profile.revalidate': { usernames: ['mira'] },
  'live.connect': { session_id: 'session-123', username: 'mira' },
  'live.disconnect': { session_id: 'session-123' },
  'auth.register': { username: 'ada', email: 'ada@example.com', password: 'not-a-secret-word' },
  'auth.login': { username: 'ada', password: 'not-a-secret-word' },
  'auth.generateApiKey': { name: 'key', permissions: ['read'] },
};
const endpoints = listEndpoints(tiktok.endpoints);

/** Every answer of the mock, by endpoint. */
async function answers(): Promise<Map<string, unknown>> {
  const { server, service: controls } = await room();
  const found = new Map<string, unknown>();
  for (const { name, method, path } of endpoints) {
    const body = bodies[name];
    const answer = await fetch(`${server.url}/tiktok${path.replace('{username}', 'mira')}`, {
      method,
      headers: { 'x-api-key': controls.apiKey, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    found.set(name, await answer.json());
  }
  return found;
}

const reads = (reader: Parameters<typeof read>[0], value: unknown): boolean => {
  try {
    read(reader, value);
    return true;
  } catch {
    return false;
  }
};

describe('the readers of the answers', () => {
  it('TT-9 TT-39 read what the mock answers, and so do the schemas', async () => {
    const all = await answers();
    for (const { name, response } of endpoints) {
      expect([name, schemas[name]?.safeParse(all.get(name)).success]).toEqual([name, true]);
      expect([name, reads(response, all.get(name))]).toEqual([name, true]);
    }
  });

  it('TT-9 read whatever the schemas read, and refuse what lacks a field that is needed', async () => {
    const all = await answers();
    const pair = fc.constantFrom(...endpoints).chain(({ name, response }) => {
      const answer = Object(all.get(name));
      const keys = Object.keys(answer);
      return fc.record({
        name: fc.constant(name),
        response: fc.constant(response),
        answer: fc
          .record({ key: fc.constantFrom(...keys, 'new'), value: fc.jsonValue({ maxDepth: 2 }), drop: fc.boolean() })
          .map(({ key, value, drop }) => {
            const { [key]: _, ...rest } = answer;
            return drop ? rest : { ...rest, [key]: value };
          }),
      });
    });
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(pair), ({ name, response, answer }) => {
        const right = schemas[name]?.safeParse(answer).success;
        if (right) expect(reads(response, answer)).toBe(true);
        if (!reads(response, answer)) refused += 1;
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(100);
    for (const { response } of endpoints)
      for (const value of [null, [], 'x', 5, {}, undefined]) expect(reads(response, value)).toBe(false);
  });

  it('TT-9 name the place and never the content', () => {
    const { sessions } = tiktok.endpoints.live;
    expect(() =>
      read(sessions.response, { active_sessions: [{ session_id: 'a', username: 'b' }, { session_id: 'secret' }] }),
    ).toThrow(/^active_sessions\.1\.username: invalid_type$/);
  });
});
