import { describe, expect, it } from 'vitest';
import { createTwitch } from '../../src/twitch/index.ts';
import { until } from '../support/polled.ts';
import { serve } from './serve.ts';

describe('a client that is led to the mock', () => {
  it('asks Twitch, and hears of a cheer over a real socket', async () => {
    const server = await serve({ platforms: ['twitch'] });
    const { twitch } = server;
    const mira = twitch.issue({ login: 'mira', scopes: ['bits:read', 'channel:read:subscriptions'] });
    const client = createTwitch({
      clientId: twitch.clientId,
      baseUrl: server.env.TWITCH_BASE_URL ?? '',
      token: mira.accessToken,
    });
    const amounts: number[] = [];
    const tips = client.tips();
    tips.on('status', ({ state }) => {
      if (state === 'live') twitch.eventsub.happen(twitch.eventsub.what.cheer(100));
    });
    tips.subscribe(({ amount }) => void amounts.push(amount));
    await until(() => amounts.length === 1);
    expect(amounts).toEqual([100]);
    expect(new Set(server.requests.map(({ platform }) => platform))).toEqual(new Set(['twitch']));
    expect(server.requests.map(({ status }) => status)).toContain(101);
    await client.close();
  });
});
