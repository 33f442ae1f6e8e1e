import { expect, onTestFinished, test } from 'vitest';
import { createCamsoda } from '../../src/camsoda/index.ts';
import { createChaturbate } from '../../src/chaturbate/index.ts';
import { createMockServer } from '../../src/mock/index.ts';
import { seededRandom } from '../../src/mock/random.ts';
import { merge } from '../../src/stream/merge.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { createStripchat } from '../../src/stripchat/index.ts';
import { createTipping } from '../../src/tipping/index.ts';

const drops = 20;
const gifts = 200;

test('TP-30 TP-31 200 transfers arrive beside the tips of three cams, each once, while the socket is dropped twenty times', async () => {
  const server = await createMockServer({ port: 0, seed: 5, every: 400, pace: 4 });
  onTestFinished(server.close);
  const { streamId, account, password, rooms, ledger } = server.tipping;
  server.tipping.switches.evening = false;
  account('ada').wallet.token_balance = 1e6;
  const random = seededRandom(3, 'evening');
  const tipping = createTipping({
    baseUrl: `${server.url}/tipping/v1`,
    logger: false,
    limiter: false,
    // Waits of up to 60 ms, so that drops fall everywhere: before, within and after a connection.
    random: () => random() / 1000,
  });
  await tipping.auth.login({ email: 'ada@example.test', password });
  const common = { interval: 50, logger: false } as const;
  const broadcaster = 'mira';
  const cams = [
    createChaturbate({
      eventsUrl: `${server.url}/events/chaturbate`,
      broadcaster,
      apiKey: 'not-a-secret-key',
      ...common,
    }),
    createStripchat({
      eventsUrl: `${server.url}/events/stripchat`,
      broadcaster,
      token: 'not-a-secret-token',
      ...common,
    }),
    createCamsoda({ eventsUrl: `${server.url}/events/camsoda`, broadcaster, apiKey: 'not-a-secret-key', ...common }),
  ];
  const own = tipping.tips({ streamId });
  const all = merge(own, ...cams.map((cam) => cam.tips()));
  onTestFinished(async () => {
    await Promise.all([tipping, ...cams].map((each) => each.close()));
  });
  const tips: TipEvent[] = [];
  const gaps: unknown[] = [];
  own.on('gap', (gap) => gaps.push(gap));
  all.subscribe((tip) => void tips.push(tip));
  await own.ready();
  const mine = (): TipEvent[] => tips.filter(({ platform }) => platform === 'tipping');

  const toUserId = account('mira').user.id;
  const sent: string[] = [];
  let dropped = 0;
  for (let index = 0; index < gifts; index += 1) {
    const { id } = await tipping.wallet.transfer({ toUserId, tokens: 1 + index, streamId, message: `gift ${index}` });
    sent.push(id);
    if (dropped < drops && random() < 0.12) dropped += rooms.drop();
  }
  while (dropped < drops) {
    await expect.poll(() => rooms.listening(), { interval: 2 }).toBe(1);
    dropped += rooms.drop();
    sent.push((await tipping.wallet.transfer({ toUserId, tokens: 1, streamId })).id);
  }
  await expect.poll(() => new Set(mine().map(({ id }) => id)).size, { timeout: 20_000 }).toBe(sent.length);

  expect(dropped).toBe(drops);
  expect(mine()).toHaveLength(sent.length);
  expect(new Set(mine().map(({ id }) => id))).toEqual(new Set(sent.map((id) => `tipping:${streamId}:${id}`)));
  expect(mine().reduce((sum, { amount }) => sum + amount, 0)).toBe(ledger.reduce((sum, { tokens }) => sum + tokens, 0));
  expect(new Set(mine().map(({ tipper }) => tipper))).toEqual(new Set(['Ada']));
  expect(gaps).toEqual([]);
  await expect
    .poll(() => new Set(tips.map(({ platform }) => platform)), { timeout: 20_000 })
    .toEqual(new Set(['tipping', 'chaturbate', 'stripchat', 'camsoda']));
}, 60_000);
