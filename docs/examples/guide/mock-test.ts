import { createMockServer } from 'tipstream/mock';
import { createStripchat } from 'tipstream/stripchat';
import { afterAll, expect, it } from 'vitest';

const server = await createMockServer({ port: 0, scenario: 'quiet' });
afterAll(() => server.close());

it('shows who gave how much', async () => {
  const stripchat = createStripchat({ eventsUrl: `${server.url}/events/stripchat`, token: 'any' });
  server.tip('stripchat', { amount: 25, tipper: 'amber_kite', message: 'hello' });
  for await (const tip of stripchat.tips()) {
    expect([tip.tipper, tip.amount, tip.message]).toEqual(['amber_kite', 25, 'hello']);
    break;
  }
  await stripchat.close();
});
