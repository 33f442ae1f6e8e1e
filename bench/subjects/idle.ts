/** The heap of what waits: clients and streams that nobody uses, and ids that are remembered. */
import { createChaturbate } from '../../src/chaturbate/index.ts';
import { createMemory } from '../../src/stream/memory.ts';
import { createSource } from '../../src/stream/source.ts';
import { createTwitch } from '../../src/twitch/index.ts';
import { peer } from '../peers.ts';
import type { Outcome } from '../report.ts';

const heap = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** Bytes of one of `count`. */
const each = (count: number, make: (n: number) => unknown): number => {
  const kept: unknown[] = new Array(count).fill(undefined);
  make(0);
  const before = heap();
  for (let n = 0; n < count; n += 1) kept[n] = make(n);
  const after = heap();
  return kept.length === count ? (after - before) / count : Number.NaN;
};

/** Bytes that remembering an id takes, beside its text. */
const perId = (ids: readonly string[], add: (id: string) => unknown): number => {
  const before = heap();
  for (const id of ids) add(id);
  const after = heap();
  add(ids[0] ?? '');
  return (after - before) / ids.length;
};

const count = 100_000;
const rising = Array.from({ length: count }, (_, n) => `${1_780_000_000_000 + n}-0`);
const mixed = rising.map((id, n) => `${(n * 7919) % 1000}-${id}`);

export async function idle(): Promise<Outcome> {
  interface Peers {
    Lru: { LRUCache: new (options: object) => { set(key: string, value: unknown): unknown } };
    Ky: { default: { create(options: object): object } };
    OpenAi: { default: new (options: object) => object };
    Octokit: { Octokit: new (options: object) => object };
    Api: { ApiClient: new (options: object) => object };
    Auth: { StaticAuthProvider: new (clientId: string, token: string) => object };
  }
  const { LRUCache } = await peer<Peers['Lru']>('lru-cache');
  const { default: ky } = await peer<Peers['Ky']>('ky');
  const { default: OpenAi } = await peer<Peers['OpenAi']>('openai');
  const { Octokit } = await peer<Peers['Octokit']>('@octokit/core');
  const { ApiClient } = await peer<Peers['Api']>('@twurple/api');
  const { StaticAuthProvider } = await peer<Peers['Auth']>('@twurple/auth');
  const [memory, set, lru] = [createMemory(count), new Set<string>(), new LRUCache({ max: count })];
  const client = each(2000, (n) => createChaturbate({ username: `room${n}`, token: 'not-a-secret-token' })) / 1024;
  const stream = each(5000, () => createSource({ platform: 'bench' }).stream) / 1024;
  const ids = {
    rising: perId(rising, (id) => memory.add(id)),
    mixed: perId(
      mixed,
      (
        (other) => (id: string) =>
          other.add(id)
      )(createMemory(count)),
    ),
    set: perId(mixed, (id) => set.add(id)),
    lru: perId(mixed, (id) => lru.set(id, true)),
  };
  const clients: [what: string, kilobytes: number][] = [
    ['**`createChaturbate`**', client],
    [
      '**`createTwitch`**',
      each(1000, () => createTwitch({ clientId: 'benchclient', token: 'not-a-secret-token' })) / 1024,
    ],
    ['ky, an instance', each(1000, () => ky.create({ prefix: 'https://bench.invalid', headers: { a: 'b' } })) / 1024],
    ['openai', each(500, () => new OpenAi({ apiKey: 'not-a-secret-key' })) / 1024],
    ['@octokit/core', each(500, () => new Octokit({ auth: 'not-a-secret-token' })) / 1024],
    [
      '@twurple/api, a client',
      each(500, () => new ApiClient({ authProvider: new StaticAuthProvider('benchclient', 'not-a-secret-token') })) /
        1024,
    ],
    ['**a stream of ours that nobody watches**', stream],
    ['a ReadableStream', each(5000, () => new ReadableStream()) / 1024],
  ];
  const [one, per] = ['KiB', 'B'];
  return {
    tables: [
      {
        heading: 'What waits',
        text: 'The heap of a client, or of a stream, that was made and is not used.',
        head: ['', one],
        rows: clients.map(([what, kilobytes]) => [what, kilobytes.toFixed(1)]),
      },
      {
        heading: 'What remembering an id takes',
        text: 'The heap of an id among 100,000, beside its own text.',
        head: ['', per],
        rows: [
          ['**tipstream, ids that count upwards**', ids.rising.toFixed(1)],
          ['**tipstream, ids without an order**', ids.mixed.toFixed(1)],
          ['Set', ids.set.toFixed(1)],
          ['lru-cache', ids.lru.toFixed(1)],
        ],
      },
    ],
    goals: [
      {
        what: 'a client that waits',
        measured: client,
        limit: 6,
        unit: one,
        done: 'what a client may need is made when it is needed',
      },
      { what: 'a stream that waits', measured: stream, limit: 1, unit: one, done: 'methods stand on one prototype' },
      {
        what: 'an id in the memory against duplicates, in any order',
        measured: Math.max(ids.rising, ids.mixed),
        limit: 60,
        unit: per,
        done: 'two generations instead of a place in a row; ids that count upwards stand in a list',
      },
    ],
  };
}
