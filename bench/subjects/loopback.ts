/** What a request costs whoever asks, over a real connection to a server in another process. */
import ky from 'ky';
import { open } from '../../src/core/open.ts';
import { peer } from '../peers.ts';
import { compared, type Line, type Outcome } from '../report.ts';
import { serve } from '../serve.ts';
import { type Contender, type Run, takeTurns } from '../turns.ts';
import { upstream } from './requests.ts';

/** Asks one after the other. */
const asking = (make: (baseUrl: string) => (() => unknown) | Promise<() => unknown>): Contender => ({
  async open(): Promise<Run> {
    const { host } = await serve();
    const ask = await make(`http://${host}`);
    return async (count) => {
      for (let n = 0; n < count; n += 1) await ask();
    };
  },
});

const credential = 'not-a-secret-key';

export const contenders: Record<string, Contender> = {
  ours: asking((baseUrl) => {
    const connection = open(upstream, { baseUrl, logger: false }, { credential });
    return () => connection.send(upstream.endpoints.items, {});
  }),
  fetch: asking((baseUrl) => async () => {
    const response = await fetch(`${baseUrl}/items`, { headers: { 'x-api-key': credential } });
    return response.json();
  }),
  ky: asking((baseUrl) => {
    const client = ky.create({
      prefix: baseUrl,
      retry: { limit: 2 },
      hooks: {
        beforeRequest: [({ request }) => request.headers.set('x-api-key', credential)],
        afterResponse: [({ response }) => void response.headers.get('x-ratelimit-remaining')],
      },
    });
    return () => client('items').json();
  }),
  got: asking(async (baseUrl) => {
    interface Got {
      default: { extend(options: object): (path: string) => { json(): Promise<unknown> } };
    }
    const { default: got } = await peer<Got>('got');
    const { Agent } = await import('node:http');
    const client = got.extend({
      prefixUrl: baseUrl,
      headers: { 'x-api-key': credential },
      timeout: { request: 10_000 },
      agent: { http: new Agent({ keepAlive: true }) },
    });
    return () => client('items').json();
  }),
  axios: asking(async (baseUrl) => {
    interface Axios {
      default: { create(options: object): { get(path: string): Promise<{ data: unknown }> } };
    }
    const { default: axios } = await peer<Axios>('axios');
    const { Agent } = await import('node:http');
    const client = axios.create({
      baseURL: baseUrl,
      timeout: 10_000,
      headers: { 'x-api-key': credential },
      httpAgent: new Agent({ keepAlive: true }),
    });
    return async () => (await client.get('/items')).data;
  }),
};

const lines: readonly Line[] = [
  { name: 'ours', what: 'tipstream, one attempt, as a stream polls', job: 'ours', note: 'as above' },
  { name: 'fetch', what: "Node's `fetch`, and `json()`", job: 'less', note: 'nothing; ours and ky stand on it' },
  { name: 'ky', what: 'ky with hooks and retry', job: 'same', note: 'but no limiter and no size cap' },
  { name: 'got', what: 'got, on `node:http`', job: 'same', note: 'but no limiter and no size cap; Node only' },
  { name: 'axios', what: 'axios, on `node:http`', job: 'less', note: 'no retry, no limiter, no rate headers' },
];

export async function loopback(): Promise<Outcome> {
  const turns = await takeTurns(import.meta.url, contenders);
  const about = {
    heading: 'A request over loopback',
    text: '1 kB of JSON from a server in another process, over a connection that is kept open. Only the processor time of the client is counted.',
  };
  const { table, behind } = compared(about, { base: 'fetch' }, lines, turns);
  return { tables: [table], behind };
}
