import { once } from 'node:events';
import { copyFile, mkdir, symlink } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { createMockServer, type MockServer, type MockServerOptions } from '../../src/mock/index.ts';
import { type Program, runNode } from './program.ts';
import { root } from './source.ts';

const soon = { CHATURBATE_POLL_INTERVAL: '0.05', STRIPCHAT_POLL_INTERVAL: '0.05', CAMSODA_POLL_INTERVAL: '0.05' };

/** Gives an app what the programs ask for beside the package. */
export async function installBeside(app: string): Promise<void> {
  for (const name of ['keyv', 'prom-client', 'msw', '@opentelemetry'])
    await symlink(join(root, 'node_modules', name), join(app, 'node_modules', name)).catch(() => 'it is there');
}

/** Where the true addresses of the programs are on the mock. */
const places = (url: string) => [
  ['https://eventsapi.chaturbate.com', url],
  ['https://api.stripchat.com', url],
  ['https://api.camsoda.com', url],
  ['https://api.twitch.tv', `${url}/twitch`],
  ['https://id.twitch.tv', `${url}/twitch`],
  ['https://eventsub.wss.twitch.tv', `${url}/twitch`],
  ['http://twitch-api:8081', `${url}/twitch`],
  ['https://staging-api.livepanty.com', `${url}/tipping`],
  ['https://events.example.com', `${url}/tipping`],
  ['http://localhost:8002', `${url}/tiktok`],
  ['http://localhost:8000', `${url}/anilibria`],
  ['http://localhost', `${url}/anilibria`],
  ['http://anilibria:8000', `${url}/anilibria`],
  ['http://node:5000', `${url}/anilibria`],
];

/** The credentials of somebody whom the mock knows. */
function credentials({ env, twitch, tipping }: MockServer): Record<string, string> {
  const { accessToken, refreshToken = '' } = twitch.issue({
    login: 'mira',
    scopes: ['channel:read:subscriptions', 'moderator:read:chatters', 'bits:read'],
  });
  return { ...env, TWITCH_TOKEN: accessToken, TWITCH_REFRESH_TOKEN: refreshToken, TIPPING_PASSWORD: tipping.password };
}

/** Runs something when the test is over. */
export type AtEnd = (run: () => void | Promise<void>) => void;

/** A program of the guides, and how one sees that it does what it says. */
export interface GuideProgram {
  /** Such lines are printed, in any order. */
  prints: readonly (RegExp | string)[];
  mock?: MockServerOptions;
  env?: Readonly<Record<string, string>>;
  /** What somebody would write who uses what it exports. */
  use?: string;
  /** What must be there before it; what it gives are variables. */
  prepare?(mock: MockServer, atEnd: AtEnd): unknown;
  /** What happens while it runs. */
  meanwhile?(mock: MockServer, program: Program): unknown;
}

/** Runs one in an app that has the package, against a mock of its own, and waits until it has printed what it should. */
export async function holds(app: string, name: string, one: GuideProgram, atEnd: AtEnd): Promise<void> {
  const mock = await createMockServer({ port: 0, seed: 7, pace: 50, ...one.mock });
  atEnd(() => mock.close());
  const prepared: unknown = await one.prepare?.(mock, atEnd);
  const cwd = join(app, 'guide', name);
  await mkdir(cwd, { recursive: true });
  await copyFile(join(root, 'docs/examples/guide', `${name}.ts`), join(cwd, `${name}.ts`));
  const what = one.use ? ['--input-type=module', '--eval', one.use] : [`${name}.ts`];
  const program: Program = runNode(['--import', join(root, 'test/support/at-the-mock.ts'), ...what], {
    cwd,
    env: {
      ...credentials(mock),
      ...soon,
      MOCK_PLACES: JSON.stringify(places(mock.url)),
      ...one.env,
      ...Object(prepared),
    },
    atEnd,
  });
  await one.meanwhile?.(mock, program);
  for (const line of one.prints) await program.printed(typeof line === 'string' ? exactly(line) : line);
}

const exactly = (line: string): RegExp => new RegExp(`^${line.replace(/[^\w ]/g, '\\$&')}$`);

/** Listens on a free port until the test is over. */
export async function portOf(server: Server, atEnd: AtEnd): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
