import { createMockServer } from 'tipstream/mock';
import { createTwitch } from 'tipstream/twitch';
import { expect, it } from 'vitest';

it('thanks for bits', async () => {
  const server = await createMockServer({ port: 0, platforms: ['twitch'] });
  const { twitch } = server;
  const mira = twitch.issue({ login: 'mira', scopes: ['bits:read', 'channel:read:subscriptions'] });
  const client = createTwitch({
    clientId: twitch.clientId,
    baseUrl: `${server.addresses.twitch}/helix`,
    token: mira.accessToken,
  });
  const tips = client.tips();
  tips.on('status', ({ state }) => {
    if (state === 'live') twitch.eventsub.happen(twitch.eventsub.what.cheer(100));
  });
  for await (const tip of tips) {
    expect(tip.amount).toBe(100);
    break;
  }
  await client.close();
  await server.close();
});
