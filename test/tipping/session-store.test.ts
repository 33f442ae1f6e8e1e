import { expect, test } from 'vitest';
import { memoryStore } from '../../src/stream/checkpoint-store.ts';
import { as, client, platform } from './client.ts';

test('TP-7 TP-12 a renewed session is in the store before its token is used, so a crash in between signs nobody out', async () => {
  const host = await platform();
  const kept = memoryStore();
  let slow = false;
  let held = false;
  let release = (): void => {};
  const ada = await as('ada', host, {
    store: {
      ...kept,
      async set(key, value) {
        if (slow)
          await new Promise<void>((resolve) => {
            release = resolve;
            held = true;
          });
        return kept.set(key, value);
      },
    },
  });
  host.controls.sessions.expire();
  slow = true;
  const balance = ada.wallet.balance();
  await expect.poll(() => host.count('POST /auth/refresh')).toBe(1);
  await expect.poll(() => held).toBe(true);
  // Whoever did not wait for the store would have been answered long ago.
  const other = client(host);
  for (let n = 0; n < 20; n += 1) await other.streams.list();
  expect(host.count('GET /wallet/balance')).toBe(1);
  release();
  await balance;
  expect(host.count('GET /wallet/balance')).toBe(2);
});
