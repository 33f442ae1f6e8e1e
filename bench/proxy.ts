/**
 * `npm run bench:proxy` asks the Twitch proxy for what it keeps, and beside it, in turns, a bare Node server that answers the same bytes:
 * 1,000 keys of 1 kB, 100 tokens, 64 connections. Prints the requests in a second and what they are of the bare server's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import autocannon from 'autocannon';

const root = join(import.meta.dirname, '..');

/** What was measured. */
export interface ProxyFigures {
  /** Requests in a second of the proxy and of the bare server, as medians of the rounds. */
  proxy: number;
  bare: number;
  ratio: number;
  /** Milliseconds, of the proxy. */
  p50: number;
  p99: number;
  /** What a request costs the proxy in time of a processor, as a share of what it costs the bare server; NaN where Linux is not. */
  cost: number;
}

interface Shape {
  keys?: number;
  tokens?: number;
  connections?: number;
  /** Of each server, in turns. */
  rounds?: number;
  /** Seconds. */
  each?: number;
  /** The program of the proxy. */
  command?: readonly string[];
}

const first = (child: ChildProcess, pattern: RegExp): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    const hear = (text: unknown): void => {
      said += text;
      const found = pattern.exec(said)?.[1];
      if (found === undefined) return;
      // Whoever measures reads the log, and does nothing with it.
      child.stdout?.off('data', hear).resume();
      resolve(found);
    };
    child.stdout?.on('data', hear);
    child.once('exit', () => reject(new Error(`it ended: ${said}`)));
  });

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** What a process has used of a processor so far, in ticks. Beside other work it says more than the clock. */
function used({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return Number.NaN;
  }
}

/** Runs both servers as processes of their own and measures them in turns. */
export async function measureProxy(shape: Shape = {}): Promise<ProxyFigures> {
  const { keys = 1000, tokens = 100, connections = 64, rounds = 3, each = 4 } = shape;
  const { command = ['--conditions=tipstream-source', join(root, 'src/adapters/twitch-proxy/cli.ts')] } = shape;
  const upstream = createServer((request, response) => {
    const id = new URL(request.url ?? '/', 'http://upstream').searchParams.get('id') ?? '';
    const user = { id, login: `login${id}`, display_name: `Login${id}`, description: '' };
    const size = JSON.stringify({ data: [user] }).length;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: [{ ...user, description: 'x'.repeat(Math.max(0, 1024 - size)) }] }));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const children: ChildProcess[] = [];
  try {
    const proxy = spawn(process.execPath, [...command], {
      env: {
        ...process.env,
        APP_PORT: '0',
        TWITCH_CLIENT_ID: 'benchclient',
        TWITCH_CLIENT_SECRET: 'not-a-secret-client',
        TWITCH_API_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
        RATE_LIMIT_REQUESTS_PER_SECOND: '1000000',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(proxy);
    const url = `http://127.0.0.1:${await first(proxy, /listening on :(\d+)/)}`;
    const requests = Array.from({ length: keys }, (_, index) => ({
      method: 'GET' as const,
      path: `/users?id=${index}`,
      headers: { authorization: `Bearer not-a-secret-token-${index % tokens}` },
    }));
    for (const { path, headers } of requests) await (await fetch(url + path, { headers })).arrayBuffer();
    const [one] = requests;
    const hit = await fetch(url + one?.path, {
      headers: { ...one?.headers, connection: 'close', 'accept-encoding': 'identity' },
    });
    if (hit.headers.get('x-cache') !== 'HIT') throw new Error('the cache is cold');
    const shown = [...hit.headers].filter(([name]) => !/^(date|connection|keep-alive)$/.test(name));
    const bare = spawn(process.execPath, ['--conditions=tipstream-source', join(root, 'bench/proxy-bare.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(bare);
    bare.stdin.end(JSON.stringify({ headers: Object.fromEntries(shown), body: await hit.text() }));
    const bareUrl = `http://127.0.0.1:${await first(bare, /(\d+)\n/)}`;

    const run = async (target: string, server: ChildProcess, duration: number) => {
      const before = used(server);
      const result = await autocannon({ url: target, connections, duration, requests });
      if (result.non2xx || result.errors) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
      const cost = (used(server) - before) / result.requests.total;
      return { rate: result.requests.average, p50: result.latency.p50, p99: result.latency.p99, cost };
    };
    const results = { proxy: [] as Awaited<ReturnType<typeof run>>[], bare: [] as Awaited<ReturnType<typeof run>>[] };
    await run(url, proxy, 1);
    await run(bareUrl, bare, 1);
    for (let round = 0; round < rounds; round += 1) {
      results.bare.push(await run(bareUrl, bare, each));
      results.proxy.push(await run(url, proxy, each));
    }
    const of = (which: 'proxy' | 'bare', what: 'rate' | 'p50' | 'p99') =>
      median(results[which].map((one) => one[what]));
    const [mine, theirs] = [of('proxy', 'rate'), of('bare', 'rate')];
    // Other work can only add to it, so the least is the truest.
    const least = (which: 'proxy' | 'bare'): number => Math.min(...results[which].map((one) => one.cost));
    const cost = least('proxy') / least('bare');
    return { proxy: mine, bare: theirs, ratio: mine / theirs, p50: of('proxy', 'p50'), p99: of('proxy', 'p99'), cost };
  } finally {
    for (const child of children) child.kill();
    upstream.closeAllConnections();
    upstream.close();
  }
}

if (import.meta.main) {
  const { proxy, bare, ratio, p50, p99, cost } = await measureProxy();
  console.log(`tipstream-twitch-proxy, warm: ${Math.round(proxy)} requests/s, p50 ${p50} ms, p99 ${p99} ms`);
  console.log(`bare Node server, same bytes: ${Math.round(bare)} requests/s`);
  console.log(
    `${(ratio * 100).toFixed(0)} % of it; the goal is 50 %. A request costs ${cost.toFixed(2)} times the processor time`,
  );
  process.exitCode = ratio < 0.5 ? 1 : 0;
}
