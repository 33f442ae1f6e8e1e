#!/usr/bin/env node
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { isTipstreamError } from '../core/errors.ts';
import { freePorts } from './free-ports.ts';
import { mistake } from './mistake.ts';
import { createMockServer, type MockServer } from './server.ts';
import { defaultPorts, services } from './services.ts';

const help = `tipstream-mock: the upstreams of tipstream on this machine, for offline work

  --port <n>          where to listen on 127.0.0.1; 0 takes a free port   (5000)
  --seed <text>       the same seed gives the same evening                (1)
  --scenario <text>   for every request: quiet, empty, format:2, status:503,
                      429:date:2, latency:12000, reset, lost, malformed, html,
                      and for sockets refuse:403, drop:3, freeze:3, garbage:3, ...
  --faults <rate>     the share of requests that fail, 0 to 1             (0)
  --limit <n>         ends the evening after so many tips                 (no end)
  --pace <n>          how fast the evening goes                           (1)
  --platforms <a,b>   which upstreams there are                           (all)
  --one-port          serves all at one port, those with a state below their
                      prefix. Otherwise they also have ports of their own,
                      where these are free and --port is not 0: @PORTS
  --write-env <file>  writes the variables that lead a program here, for
                      node --env-file=<file>; where 5000 is taken it then
                      listens on a free port
  --strict            check credentials
  --rate-limits       count requests and answer 429 beyond the limits
  --no-cors           answer as an upstream that forbids pages
  --help              this text

One request alone is told to fail by its header or query:
  curl -i -H 'x-mock-scenario: 429:date:2' 127.0.0.1:5000/events/stripchat
  curl -i '127.0.0.1:5000/events/stripchat?mock=reset'
`.replace('@PORTS', Object.values(defaultPorts).join(', '));

const flag = { type: 'boolean' } as const;
const text = { type: 'string' } as const;

function numberIn(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() === '' || Number.isNaN(number) || number < 0) throw mistake(`--${name} ${value} is no number`);
  return number;
}

const greeting = ({ url, world }: MockServer): string =>
  `tipstream-mock on ${url}, seed ${world.seed}. Ctrl-C ends it.`;

/** All that one needs to know whose program is led here by a file. */
const brief = (server: MockServer, place: string): string =>
  `${greeting(server)}\n${place} leads a program here: node --env-file=${place} your-program.mjs\n`;

function welcome(server: MockServer): string {
  const { url, env, routes, world, addresses } = server;
  const lines = [greeting(server), ''];
  for (const { platform, dialect, path } of routes)
    if (!(platform in addresses)) lines.push(`  ${platform.padEnd(11)} ${dialect.padEnd(9)} GET ${url}${path}`);
  for (const [name, address] of Object.entries(addresses)) lines.push(`  ${name.padEnd(25)} ${address}`);
  lines.push('', ...Object.entries(env).map(([name, value]) => `export ${name}='${value}'`));
  for (const { platform, dialect, channel, credential } of world.rooms) {
    if (dialect === 'real')
      lines.push('', `# the true ${platform}: baseUrl '${url}', username '${channel}', token '${credential}'`);
  }
  return `${lines.join('\n')}\n`;
}

const written = '# Written by tipstream-mock: it leads a program here.';

/** A file that somebody else wrote may hold true credentials: it stays as it is. */
async function isOurs(path: string): Promise<boolean> {
  try {
    return (await readFile(path, 'utf8')).startsWith(written);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true;
    throw error;
  }
}

/** Where a file says where the mock is, nobody minds another port: on a Mac 5000 is AirPlay's. */
const usualOrFree = async (): Promise<number> => (await freePorts({ usual: 5000 })).usual ?? 0;

/** The usual ports of the services that are served, where nobody else listens. */
function ownPorts(port: number | undefined, platforms: readonly string[] | undefined): Promise<Record<string, number>> {
  const served = Object.entries(defaultPorts).filter(
    ([name, usual]) => name in services && usual !== port && (platforms?.includes(name) ?? true),
  );
  return freePorts(Object.fromEntries(served));
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: text,
      seed: text,
      scenario: text,
      faults: text,
      limit: text,
      pace: text,
      platforms: text,
      'write-env': text,
      strict: flag,
      'rate-limits': flag,
      'no-cors': flag,
      'one-port': flag,
      help: flag,
    },
  });
  if (values.help) return void process.stdout.write(help);
  const place = values['write-env'];
  const port = numberIn('port', values.port) ?? (place === undefined ? undefined : await usualOrFree());
  if (place && !(await isOurs(place))) throw mistake(`${place} is there, and not of tipstream-mock; name another file`);
  const platforms = values.platforms?.split(',');
  const server = await createMockServer({
    port,
    ports: values['one-port'] || port === 0 ? undefined : await ownPorts(port, platforms),
    seed: values.seed,
    scenario: values.scenario,
    faults: values.faults === undefined ? undefined : { rate: numberIn('faults', values.faults) ?? 0 },
    limit: numberIn('limit', values.limit),
    pace: numberIn('pace', values.pace),
    platforms,
    strict: values.strict,
    rateLimits: values['rate-limits'],
    cors: !values['no-cors'],
  });
  if (place) {
    const lines = Object.entries(server.env).map(([name, value]) => `${name}='${value}'\n`);
    await writeFile(place, `${written}\n${lines.join('')}`);
  }
  process.stdout.write(place ? brief(server, place) : welcome(server));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
}

run().catch((error: unknown) => {
  const known = isTipstreamError(error) || (error instanceof TypeError && 'code' in error);
  process.stderr.write(
    `${known || error instanceof Error ? error.message : String(error)}\n\n${known ? 'tipstream-mock --help says what there is.\n' : ''}`,
  );
  process.exitCode = 1;
});
