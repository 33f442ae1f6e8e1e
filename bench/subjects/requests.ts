/** What a request costs beside the network: everything between the call and a `fetch` that answers at once. */
import ky from 'ky';
import { header } from '../../src/core/auth.ts';
import { connect } from '../../src/core/client.ts';
import { get, platform } from '../../src/core/endpoint.ts';
import { open } from '../../src/core/open.ts';
import { peer } from '../peers.ts';
import { compared, type Line, type Outcome } from '../report.ts';
import { type Contender, type Run, takeTurns } from '../turns.ts';

const body = JSON.stringify({ items: Array.from({ length: 20 }, (_, id) => ({ id, name: `item ${id}`, tokens: 25 })) });
const headers = { 'content-type': 'application/json', 'x-ratelimit-remaining': '99' };
const baseUrl = 'https://bench.invalid';
/** Whoever gives an address leaves it to `fetch` to make a request of it, which costs the same there. */
const answer = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
  const request = input instanceof Request ? input : new Request(input, init);
  return Promise.resolve(new Response(request && body, { headers }));
};

export const upstream = platform({
  name: 'bench',
  auth: header('X-Api-Key'),
  rates: { all: { limit: 1e9, per: 1000 } },
  endpoints: { items: get('/items', { response: (value: unknown) => value, rate: 'all' }) },
});

/** What a hook looks for, of all the names that ours knows. */
const limits = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];

/** One after the other. */
const repeat =
  (ask: () => unknown): Run =>
  async (count) => {
    for (let n = 0; n < count; n += 1) await ask();
  };

const options = { baseUrl, fetch: answer, logger: false } as const;
const credential = 'not-a-secret-key';

export const contenders: Record<string, Contender> = {
  attempt: {
    open() {
      const connection = open(upstream, options, { credential });
      return repeat(() => connection.send(upstream.endpoints.items, {}));
    },
  },
  call: {
    open() {
      const client = connect(upstream, options, { credential });
      return repeat(() => client.items());
    },
  },
  fetch: {
    open: () => repeat(async () => (await answer(`${baseUrl}/items`, { headers: { 'x-api-key': credential } })).json()),
  },
  'ky bare': {
    open() {
      const client = ky.create({ prefix: baseUrl, fetch: answer, retry: 0, timeout: false });
      return repeat(() => client('items').json());
    },
  },
  ky: {
    open() {
      const client = ky.create({ prefix: baseUrl, fetch: answer });
      return repeat(() => client('items').json());
    },
  },
  'ky hooks': {
    open() {
      const client = ky.create({
        prefix: baseUrl,
        fetch: answer,
        retry: { limit: 2 },
        hooks: {
          beforeRequest: [({ request }) => request.headers.set('x-api-key', credential)],
          afterResponse: [({ response }) => void limits.map((name) => response.headers.get(name))],
        },
      });
      return repeat(() => client('items').json());
    },
  },
  axios: {
    async open() {
      interface Axios {
        default: { create(options: object): { get(path: string): Promise<{ data: unknown }> } };
      }
      const { default: axios } = await peer<Axios>('axios');
      const client = axios.create({
        baseURL: baseUrl,
        adapter: 'fetch',
        env: { fetch: answer, Request, Response },
        timeout: 10_000,
        headers: { 'x-api-key': credential },
      });
      return repeat(async () => (await client.get('/items')).data);
    },
  },
  'openapi-fetch': {
    async open() {
      interface OpenapiFetch {
        default(options: object): { GET(path: string): Promise<{ data?: unknown }> };
      }
      const { default: create } = await peer<OpenapiFetch>('openapi-fetch');
      const client = create({ baseUrl, fetch: answer, headers: { 'x-api-key': credential } });
      return repeat(async () => (await client.GET('/items')).data);
    },
  },
  octokit: { open: () => octokit(false) },
  'octokit plugins': { open: () => octokit(true) },
  openai: {
    async open() {
      interface OpenAi {
        default: new (options: object) => { get(path: string): Promise<unknown> };
      }
      const { default: Client } = await peer<OpenAi>('openai');
      const client = new Client({ apiKey: credential, baseURL: baseUrl, fetch: answer });
      return repeat(() => client.get('/items'));
    },
  },
  twurple: {
    async open() {
      interface Api {
        ApiClient: new (options: object) => { callApi(options: object): Promise<unknown> };
      }
      interface Auth {
        StaticAuthProvider: new (clientId: string, token: string, scopes: readonly string[]) => object;
      }
      // It takes no other fetch, and asks first whose token it has.
      const owner = JSON.stringify({
        client_id: 'benchclient',
        user_id: '1',
        login: 'juno',
        scopes: [],
        expires_in: 5e6,
      });
      globalThis.fetch = (input, init) =>
        String(input).endsWith('/validate') ? Promise.resolve(new Response(owner)) : answer(input, init);
      const { ApiClient } = await peer<Api>('@twurple/api');
      const { StaticAuthProvider } = await peer<Auth>('@twurple/auth');
      const authProvider = new StaticAuthProvider('benchclient', credential, []);
      const client = new ApiClient({ authProvider, logger: { minLevel: 'critical' } });
      return repeat(() => client.callApi({ type: 'helix', url: 'items' }));
    },
  },
};

async function octokit(whole: boolean): Promise<Run> {
  interface Client {
    request(route: string): Promise<{ data: unknown }>;
  }
  interface Constructor {
    new (options: object): Client;
    plugin(...plugins: unknown[]): Constructor;
  }
  const { Octokit } = await peer<{ Octokit: Constructor }>('@octokit/core');
  const { retry } = await peer<{ retry: unknown }>('@octokit/plugin-retry');
  const { throttling } = await peer<{ throttling: unknown }>('@octokit/plugin-throttling');
  const Client = whole ? Octokit.plugin(retry, throttling) : Octokit;
  const never = (): boolean => false;
  const client = new Client({
    auth: credential,
    baseUrl,
    request: { fetch: answer },
    ...(whole && { throttle: { onRateLimit: never, onSecondaryRateLimit: never } }),
  });
  return repeat(async () => (await client.request('GET /items')).data);
}

const lines: readonly Line[] = [
  {
    name: 'attempt',
    what: 'tipstream, one attempt, as a stream polls',
    job: 'ours',
    note: 'queue, credential, time limit over the body, size cap, rate headers, redaction, telemetry',
  },
  {
    name: 'call',
    what: 'tipstream, a call of a client',
    job: 'ours',
    note: 'that, and a deadline, retries, a retry budget, one request for equal calls at the same time',
  },
  { name: 'fetch', what: 'the stub alone, and `json()`', job: 'less', note: 'nothing; every line contains it' },
  {
    name: 'ky bare',
    what: 'ky, `retry: 0`, `timeout: false`',
    job: 'less',
    note: 'no retry, no time limit, no credential, no limits',
  },
  { name: 'ky', what: 'ky', job: 'less', note: 'no credential, no rate headers, no limiter, no size cap' },
  { name: 'ky hooks', what: 'ky with hooks and retry', job: 'same', note: 'but no limiter and no size cap' },
  { name: 'axios', what: 'axios, on fetch', job: 'less', note: 'no retry, no limiter, no rate headers' },
  {
    name: 'openapi-fetch',
    what: 'openapi-fetch',
    job: 'less',
    note: 'no retry, no time limit, no limiter, no errors for a status',
  },
  { name: 'octokit', what: '@octokit/core', job: 'less', note: 'no retry, no time limit, no limiter' },
  {
    name: 'octokit plugins',
    what: '@octokit/core with retry and throttling',
    job: 'same',
    as: 'call',
    note: 'but no time limit',
  },
  { name: 'openai', what: 'openai', job: 'same', as: 'call', note: 'but no limiter' },
  {
    name: 'twurple',
    what: '@twurple/api',
    job: 'same',
    as: 'call',
    note: 'but no time limit, no deadline, no cap on an answer, and equal calls are sent twice',
  },
];

export async function requests(): Promise<Outcome> {
  const turns = await takeTurns(import.meta.url, contenders);
  const about = {
    heading: 'A request, without the network',
    text:
      'A `fetch` that answers 1 kB of JSON at once, and everything that a client does around it. got takes no other fetch and speaks `node:http`; ' +
      'it stands in the next table.',
  };
  const { table, behind, ratio } = compared(about, { base: 'ky hooks' }, lines, turns);
  return {
    tables: [table],
    behind,
    goals: [
      {
        what: 'one attempt over a stub fetch, beside ky with hooks and retry',
        measured: ratio('attempt'),
        limit: 0.75,
        done: 'ky does no waiting and no judging, headers are set on the finished request, one abort signal in all, no hook clones an answer, one that comes in one piece is decoded at once, and names of headers and channels are not put together for each',
      },
    ],
  };
}
