import { createMockServer } from 'tipstream/mock';
import { createTipping } from 'tipstream/tipping';
import { expect, it } from 'vitest';

it('pays once, also after a lost answer', async () => {
  const server = await createMockServer({ port: 0, platforms: ['tipping'], scenario: 'quiet' });
  const { tipping: platform } = server;
  const tipping = createTipping({ baseUrl: server.env.TIPPING_BASE_URL ?? '' });
  await tipping.auth.login({ username: 'ada', password: platform.password });
  server.fail('reset');
  await tipping.wallet.transfer({ toUserId: platform.account('mira').user.id, tokens: 5 });
  expect(platform.ledger).toHaveLength(1);
  await tipping.close();
  await server.close();
});
