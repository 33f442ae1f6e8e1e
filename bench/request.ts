/** What a request costs beside the network: everything between the call and a `fetch` that answers at once. */
import ky from 'ky';
import { header } from '../src/core/auth.ts';
import { open } from '../src/core/connection.ts';
import { get, platform } from '../src/core/endpoint.ts';
import { compare, type Figure } from './compare.ts';

const body = JSON.stringify({ items: Array.from({ length: 20 }, (_, id) => ({ id, name: `item ${id}`, tokens: 25 })) });
const answer = (): Promise<Response> =>
  Promise.resolve(
    new Response(body, { headers: { 'content-type': 'application/json', 'x-ratelimit-remaining': '99' } }),
  );

const upstream = platform({
  name: 'bench',
  auth: header('X-Api-Key'),
  rates: { all: { limit: 1e9, per: 1000 } },
  endpoints: { items: get('/items', { response: (value: unknown) => value, rate: 'all' }) },
});

const calls = 200;

export async function request(): Promise<Figure[]> {
  const connection = open(
    upstream,
    { baseUrl: 'https://bench.invalid', fetch: answer, logger: false },
    { credential: 'not-a-secret-key' },
  );
  const peer = ky.create({
    prefix: 'https://bench.invalid/',
    fetch: answer,
    retry: { limit: 2 },
    hooks: {
      beforeRequest: [({ request: sent }) => sent.headers.set('x-api-key', 'k')],
      afterResponse: [({ response }) => void response.headers.get('x-ratelimit-remaining')],
    },
  });
  const [ratio = 0] = await compare(async () => {
    for (let n = 0; n < calls; n += 1) await peer('items').json();
  }, [
    async () => {
      for (let n = 0; n < calls; n += 1) await connection.send(upstream.endpoints.items, {});
    },
  ]);
  await connection.close();
  return [
    {
      what: 'one attempt over a stub fetch: queue, credential, time limit, size cap, rate headers, reading',
      value: ratio,
      beside: 'ky with hooks and retry',
      budget: 0.75,
    },
  ];
}
