import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { twitchSettings } from '../../../src/adapters/env/settings.ts';
import { type Env, variables } from '../../../src/adapters/env/variables.ts';
import { clientsFromEnv, tipsFromEnv } from '../../../src/adapters/env.ts';
import { createMockServer } from '../../../src/mock/index.ts';
import type { TipEvent } from '../../../src/stream/tip-event.ts';

const read = (env: Env) => twitchSettings(variables(env, 'TWITCH'));

test('EV-39 Twitch is wanted by a token or a channel; what a proxy has too wants nothing', () => {
  expect(read({ TWITCH_CLIENT_ID: 'app', TWITCH_CLIENT_SECRET: 'not-a-secret', TWITCH_BASE_URL: 'x' })).toBe(undefined);
  expect(read({ TWITCH_TOKEN: 'not-a-secret', TWITCH_ENABLED: 'false' })).toBe(undefined);
  expect(read({ TWITCH_CLIENT_ID: 'app', TWITCH_TOKEN: 'not-a-secret', TWITCH_BROADCASTER_LOGIN: 'mira' })).toEqual({
    client: { clientId: 'app', token: 'not-a-secret' },
    whose: { login: 'mira' },
  });
  // A mock on this machine asks for no credential.
  expect(read({ TWITCH_BROADCASTER_ID: '1', TWITCH_BASE_URL: 'http://127.0.0.1:5000/twitch/helix' })).toMatchObject({
    whose: { broadcasterId: '1' },
  });
});

test.each<[Env, RegExp]>([
  [{ TWITCH_TOKEN: 'not-a-secret' }, /TWITCH_CLIENT_ID is missing/],
  [{ TWITCH_CLIENT_ID: 'app', TWITCH_BROADCASTER_ID: '1' }, /TWITCH_TOKEN is missing/],
  [
    { TWITCH_TOKEN: 'not-a-secret', TWITCH_BROADCASTER_ID: '1', TWITCH_BROADCASTER_LOGIN: 'mira' },
    /set one of the two/,
  ],
  [{ TWITCH_ENABLED: 'true', TWITCH_CLIENT_ID: 'app' }, /TWITCH_ENABLED is true, but none of TWITCH_TOKEN/],
  [
    { TWITCH_TOKEN: 'not-a-secret', TWITCH_CLIENT_ID: 'app', TWITCH_BASE_URL: 'nowhere' },
    /TWITCH_BASE_URL is no address/,
  ],
])('EV-39 %j is CONFIG that names the variable and no value', (env, message) => {
  expect(() => clientsFromEnv(env)).toThrow(
    expect.objectContaining({ code: 'CONFIG', message: expect.stringMatching(message) }),
  );
  expect(() => clientsFromEnv(env)).not.toThrow(/not-a-secret/);
});

test('EV-39 tips of Twitch come as all others do, and end with the stream', async () => {
  const server = await createMockServer({ port: 0, every: 50, platforms: ['twitch'] });
  onTestFinished(() => server.close());
  const env = { ...server.env, TWITCH_BROADCASTER_LOGIN: 'mira' };
  const tips = tipsFromEnv(env, { logger: false });
  const [tip] = await new Promise<TipEvent[]>((resolve) => tips.subscribe((one) => resolve([one])));
  expect(tip).toMatchObject({ platform: 'twitch', channel: 'mira' });
  await tips.close();
  expect(tips.stats().watchers).toBe(0);
});

test('EV-39 one client of Twitch is made, when it is asked for, and closed with the others', async () => {
  const { twitch, close } = clientsFromEnv({ TWITCH_CLIENT_ID: 'app', TWITCH_TOKEN: 'not-a-secret' });
  const client = await twitch?.();
  expect(await twitch?.()).toBe(client);
  await close();
  await expect(client?.users({ logins: ['mira'] })).rejects.toMatchObject({ code: 'ABORTED' });
});

test('EV-39 a client of Twitch that cannot be made keeps no other from being closed', async () => {
  const { stripchat, twitch, close } = clientsFromEnv({
    STRIPCHAT_TOKEN: 'not-a-secret',
    STRIPCHAT_EVENTS_URL: 'http://127.0.0.1:1/events',
    TWITCH_CLIENT_ID: 'app',
    TWITCH_TOKEN: 'not-a-secret',
    TWITCH_BASE_URL: 'http://twitch.example.com/helix',
  });
  await expect(twitch?.()).rejects.toMatchObject({ code: 'CONFIG' });
  await close();
  await expect(stripchat?.verify()).rejects.toMatchObject({ code: 'ABORTED' });
});

test('ES-21 nobody loads the code of Twitch who does not use it', async () => {
  const { metafile } = await build({
    stdin: { contents: "export * from 'tipstream/env';", resolveDir: import.meta.dirname },
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    outdir: 'out',
    format: 'esm',
    platform: 'node',
    conditions: ['tipstream-source'],
    external: ['ky', 'ws', 'isomorphic-ws'],
  });
  const { outputs } = metafile;
  const first = new Set<string>();
  const follow = (path: string): void => {
    if (first.has(path)) return;
    first.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') follow(next);
  };
  follow(Object.keys(outputs).find((path) => path.endsWith('stdin.js')) ?? '');
  const files = [...first].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
  expect(files.some((file) => file.includes('chaturbate/client'))).toBe(true);
  expect(files.filter((file) => /src\/twitch\/|node_modules\/zod/.test(file))).toEqual([]);
});
