import { createHmac } from 'node:crypto';
import { testTip } from 'tipstream';
import { beforeEach, expect, it, vi } from 'vitest';

beforeEach(() => {
  vi.stubEnv('TWITCH_CLIENT_ID', 'app');
  vi.stubEnv('TWITCH_TOKEN', 'not-a-secret-token');
  vi.stubEnv('TWITCH_WEBHOOK_SECRET', 'not-a-secret-word');
});

const posted = (body: unknown, headers: Record<string, string> = {}): Request =>
  new Request('http://127.0.0.1/', { method: 'POST', body: JSON.stringify(body), headers });

it('the webhooks of the guides answer that a tip was taken when the callback worked, and not when it failed', async () => {
  const { POST } = await import('../../docs/examples/guide/webhook-handler.ts');
  const { handle } = await import('../../docs/examples/guide/relay.ts');
  const { hook } = await import('../../docs/examples/guide/twitch-webhook.ts');
  const shown: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((...words: unknown[]) => {
    const line = words.join(' ');
    shown.push(line);
    // Where a program of yours would write a row, the first try of each fails.
    if (shown.filter((other) => other === line).length === 1) throw new Error('the disk is full');
  });
  const cheer = {
    subscription: { id: '1', type: 'channel.cheer', version: '1', status: 'enabled', cost: 0, condition: {} },
    event: {
      is_anonymous: false,
      user_id: '1',
      user_login: 'ada_l',
      user_name: 'Ada_L',
      broadcaster_user_id: '2',
      broadcaster_user_login: 'mira',
      broadcaster_user_name: 'Mira',
      message: '',
      bits: 30,
    },
  };
  const at = new Date().toISOString();
  const signature = createHmac('sha256', 'not-a-secret-word')
    .update(`one${at}${JSON.stringify(cheer)}`)
    .digest('hex');
  const answers = await Promise.all([
    POST(posted(testTip({ platform: 'shop', id: 'shop:-:1', amount: 10 }))),
    handle(posted({ type: 'tip', amount: 20, user: { username: 'ada_l' } })),
    hook(
      posted(cheer, {
        'twitch-eventsub-message-id': 'one',
        'twitch-eventsub-message-timestamp': at,
        'twitch-eventsub-message-signature': `sha256=${signature}`,
      }),
    ),
  ]);
  expect(answers.map(({ ok }) => ok)).toEqual([true, true, true]);
  expect(shown.sort()).toEqual(['10', '10', '20', '20', 'Ada_L 30 bit', 'Ada_L 30 bit']);
});
