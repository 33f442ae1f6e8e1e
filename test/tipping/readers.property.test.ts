import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { listEndpoints } from '../../src/core/endpoint.ts';
import { read } from '../../src/core/reader.ts';
import { tipping } from '../../src/tipping/endpoints.ts';
import { listOf, model } from '../../src/tipping/readers.ts';
import { Balance, Stream, Tip, Tokens, User } from '../../src/tipping/schemas.ts';
import { isSession, sessionOf } from '../../src/tipping/tokens.ts';
import { mutated } from '../support/mutations.ts';

const samples = {
  User: {
    id: 'u',
    display_name: 'Ada',
    username: 'ada',
    role: 'viewer',
    status: 'active',
    bio: null,
    created_at: '2026-01-01T00:00:00Z',
  },
  Stream: { id: 's', host_id: 'h', title: 'Songs', status: 'live', tags: ['music'], viewer_count: 3 },
  Tip: {
    id: 't',
    stream_id: null,
    from_user_id: 'a',
    to_user_id: 'b',
    tokens: 5,
    message: 'hi',
    created_at: '2026-01-01T00:00:00Z',
  },
  Balance: { token_balance: 1500, reserved_balance: 100, currency_code: 'USD', conversion_rate: 100 },
  Tokens: { access_token: 'not-a-secret-access', refresh_token: 'not-a-secret-refresh', expires_in: 3600 },
} as const;

const schemas = { User, Stream, Tip, Balance, Tokens };
const endpoints = listEndpoints(tipping.endpoints);
const readers = {
  User: 'auth.me',
  Stream: 'streams.get',
  Tip: 'wallet.transfer',
  Balance: 'wallet.balance',
  Tokens: 'auth.login',
} as const;

describe('what answers are read with', () => {
  test.each(Object.entries(readers))(
    'TP-21 %s: what its schema takes is taken, and what is refused says where and not what',
    (name, call) => {
      const endpoint = endpoints.find((each) => each.name === call);
      const sample = samples[name as keyof typeof samples];
      const schema: z.ZodMiniType = schemas[name as keyof typeof samples];
      let refused = 0;
      fc.assert(
        fc.property(mutated(JSON.parse(JSON.stringify(sample))), (body) => {
          const fits = z.safeParse(schema, body).success;
          try {
            expect(endpoint && read(endpoint.response, body)).toEqual(body);
          } catch (error) {
            refused += 1;
            expect({ body, fits }).toMatchObject({ fits: false });
            expect(error).toBeInstanceOf(TypeError);
            expect(String(error)).toMatch(/^TypeError: [\w.]+: invalid_type$/);
          }
        }),
        { numRuns: 800 },
      );
      expect(refused).toBeGreaterThan(0);
    },
  );

  test('TP-33 a list is read or refused, whatever it is, and never turned in a circle by its own page', () => {
    const list = listOf('tips', model<{ id: string }>({ id: 'string' }));
    const info = fc.record(
      {
        page: fc.oneof(fc.integer(), fc.string()),
        pages: fc.integer(),
        total: fc.integer(),
        limit: fc.integer(),
        next_cursor: fc.oneof(fc.string(), fc.constant(null)),
        has_more: fc.oneof(fc.boolean(), fc.string()),
      },
      { requiredKeys: [] },
    );
    const items = fc.array(fc.record({ id: fc.string() }));
    const key = fc.constantFrom('data', 'items', 'results', 'tips');
    const where = fc.constantFrom('pagination', 'meta', 'top');
    fc.assert(
      fc.property(items, info, key, where, (all, said, at, place) => {
        const body = { [at]: all, ...(place === 'top' ? said : { [place]: said }) };
        const page = list(body);
        expect(page.items).toEqual(all);
        if (page.next && 'page' in page.next) expect(page.next.page).toBe(Number(page.page) + 1);
        if (all.length === 0) expect(page.next ?? {}).not.toHaveProperty('page');
        if (said.has_more === false) expect(page).not.toHaveProperty('next');
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.anything({ maxDepth: 4 }), (body) => {
        try {
          list(body);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });

  test('TP-5 a session begins with whatever times an answer says, and its end is a number', () => {
    const claims = fc
      .record({ exp: fc.anything(), iat: fc.anything() })
      .map((said) => `x.${Buffer.from(JSON.stringify(said)).toString('base64url')}.x`);
    const tokens = fc.record({
      access_token: fc.oneof(fc.string(), claims),
      expires_in: fc.oneof(fc.double(), fc.anything()),
    });
    fc.assert(
      fc.property(tokens, fc.anything(), (answer, stored) => {
        const session = sessionOf(answer as Parameters<typeof sessionOf>[0], 1_000, 'id');
        expect(session.expiresAt).not.toBeNaN();
        expect(session.renewAt).toBeLessThanOrEqual(session.expiresAt);
        expect(isSession(JSON.parse(JSON.stringify(session)))).toBe(true);
        expect(typeof isSession(stored)).toBe('boolean');
      }),
      { numRuns: 2000 },
    );
  });
});
