import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { fileStore } from '../../src/adapters/node.ts';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import { folder } from '../adapters/node/support.ts';
import { as, client, platform } from '../tipping/client.ts';

const calls = 100;

test('TP-8 100 different calls with an ended token: one renewal, and all 100 succeed', async () => {
  const host = await platform();
  const ada = await as('ada', host, { limiter: false });
  host.controls.sessions.expire();
  const all = Array.from({ length: calls }, (_, index) => ada.wallet.transactions({ page: index + 1 }));
  expect(await Promise.all(all)).toHaveLength(calls);
  expect(host.count('POST /auth/refresh')).toBe(1);
  expect(host.count('GET /wallet/transactions')).toBe(2 * calls);
  expect(host.controls.sessions).toMatchObject({ refreshes: 1, reuses: 0, revoked: 0 });
});

test('TP-8 the same over four clients that share a store', async () => {
  const host = await platform();
  const store = memoryStore();
  await as('ada', host, { store });
  const clients = Array.from({ length: 4 }, () => client(host, { store, limiter: false }));
  host.controls.sessions.expire();
  await Promise.all(
    clients.flatMap((each) => Array.from({ length: 25 }, (_, index) => each.wallet.transactions({ page: index + 1 }))),
  );
  expect(host.controls.sessions).toMatchObject({ refreshes: 1, reuses: 0, revoked: 0 });
});

test('TP-12 TP-38 a second process with the same file does so at the same time: one renewal for both, and nobody is signed out', async () => {
  const host = await platform();
  expect(host.controls.switches.reuseGrace).toBe(0);
  const path = join(await folder(), 'session.json');
  const store = fileStore(path);
  onTestFinished(store.close);
  const ada = await as('ada', host, { store, limiter: false });

  const child = spawn(
    process.execPath,
    [
      '--conditions=tipstream-source',
      new URL('tipping-session-child.ts', import.meta.url).pathname,
      host.baseUrl,
      path,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('ready');

  for (let round = 1; round <= 4; round += 1) {
    host.controls.sessions.expire();
    child.stdin.write('go\n');
    const mine = await Promise.all(
      Array.from({ length: calls }, (_, index) => ada.wallet.transactions({ page: index + 1 })),
    );
    expect(mine).toHaveLength(calls);
    expect(JSON.parse(String((await lines.next()).value))).toEqual({ done: calls, failed: [] });
    expect(host.controls.sessions).toMatchObject({ refreshes: round, reuses: 0, revoked: 0 });
  }
  child.stdin.end();
  await once(child, 'exit');
}, 30_000);
