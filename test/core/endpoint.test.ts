import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Client, connect } from '../../src/core/client.ts';
import { type Endpoint, get, listEndpoints, platform } from '../../src/core/endpoint.ts';
import type { Page } from '../../src/core/page.ts';
import { demo } from './fixture.ts';

describe('a platform', () => {
  it('gives each endpoint its name, in groups too, and leaves its argument alone', () => {
    const item = get('/a', { response: () => 1 });
    const made = platform({ name: 'x', endpoints: { item, group: { item } } });
    expect(listEndpoints(made.endpoints).map(({ name }) => name)).toEqual(['item', 'group.item']);
    expect(item.name).toBe('/a');
    expect(made.rates).toEqual({});
  });

  it('has flat types: what a call takes and gives is plain to read', () => {
    type Demo = typeof demo.endpoints;
    expectTypeOf<Demo['users']>().toEqualTypeOf<
      Endpoint<{ ids?: string[] | undefined; after?: string | undefined }, Page<{ id: string }>, never>
    >();
    expectTypeOf<Demo['slow']['rate']>().toEqualTypeOf<'slow' | undefined>();
    expectTypeOf<Parameters<Client<typeof demo>['room']>[0]>().toEqualTypeOf<{ room: string }>();
    expectTypeOf<Client<typeof demo>['typed']>().returns.toEqualTypeOf<Promise<{ text: string }>>();
    expectTypeOf<Client<typeof demo>['users']['all']>().returns.toEqualTypeOf<AsyncIterableIterator<{ id: string }>>();
    const one = get('/', { response: () => 1, rate: 'b' });
    // @ts-expect-error: there is no such class
    platform({ name: 'x', rates: { a: { limit: 1, per: 1 } }, endpoints: { one } });
  });

  it('becomes a client without a request, a timer or a global', () => {
    const { fetch: kept } = globalThis;
    Reflect.deleteProperty(globalThis, 'fetch');
    try {
      const client = connect(demo, { baseUrl: 'https://demo.example' });
      expect(Object.keys(client)).toEqual(
        expect.arrayContaining(['plain', 'wallet', 'close', 'verify', 'forget', 'rateLimits', 'on']),
      );
    } finally {
      globalThis.fetch = kept;
    }
  });
});
