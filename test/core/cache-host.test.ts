import { expect, it, onTestFinished } from 'vitest';
import { cached } from '../../src/core/cached.ts';
import { connect } from '../../src/core/client.ts';
import { get, platform } from '../../src/core/endpoint.ts';
import { memoryCache } from '../../src/core/memory-cache.ts';
import { hours, minutes } from '../../src/core/time.ts';
import { testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';
import { json, type Route, startServer } from '../support/server.ts';

/** A platform whose documents name what is kept, without a host. */
const library = platform({
  name: 'library',
  endpoints: {
    title: get('/title', {
      response: (value) => value,
      cache: cached(minutes(5), { name: () => 'library:title:1', staleIfError: hours(1) }),
    }),
  },
});

it('AL-34 two services in one store are never taken for one another, whatever the name, the ETag or an outage', async () => {
  const cache = memoryCache();
  const clock = testClock();
  const service = async (route: Route) => {
    const server = await startServer(route);
    const client = connect(library, { baseUrl: server.url, logger: false, retry: 0, cache, clock });
    onTestFinished(client.close);
    return { server, ask: () => client.title.withMeta().then(({ data, meta }) => [data, meta.cache]) };
  };
  const here = await service(({ nth }) => (nth === 1 ? json({ from: 'here' }, 200, { etag: '"1"' }) : json({}, 502)));
  const there = await service(() => json({ from: 'there' }, 200, { etag: '"1"' }));
  expect(await here.ask()).toEqual([{ from: 'here' }, 'MISS']);
  expect(await there.ask()).toEqual([{ from: 'there' }, 'MISS']);
  expect(there.server.arrivals[0]?.headers['if-none-match']).toBeUndefined();
  expect(await there.ask()).toEqual([{ from: 'there' }, 'HIT']);
  await clock.advance(minutes(6));
  // What the other one left stands in for nobody.
  expect(await failure(here.ask())).toMatchObject({ status: 502 });
});
