/**
 * A program that loads every entry and makes every client while everything that a worker forbids outside a request is a trap. It prints
 * `untouched`, or fails with the name of what was touched and where.
 */
const trap = (name: string) => (): never => {
  throw new Error(`${name} was touched`);
};

for (const name of [
  'fetch',
  'Request',
  'Response',
  'WebSocket',
  'EventSource',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'crypto',
]) {
  Object.defineProperty(globalThis, name, { configurable: true, get: trap(name) });
}
Object.defineProperty(Math, 'random', { value: trap('Math.random') });

await import('tipstream');
const { createChaturbate } = await import('tipstream/chaturbate');
const { createStripchat } = await import('tipstream/stripchat');
const { createCamsoda } = await import('tipstream/camsoda');
const { createTipping, createTippingStreams } = await import('tipstream/tipping');

for (const client of [
  createChaturbate({ username: 'someone', token: 'not-a-secret-token' }),
  createChaturbate({
    eventsUrl: 'https://tips.test/{broadcaster}',
    broadcaster: 'someone',
    apiKey: 'not-a-secret-key',
  }),
  createStripchat({ token: 'not-a-secret-token' }),
  createCamsoda({ broadcaster: 'someone', apiKey: 'not-a-secret-key' }),
]) {
  client.tips();
  client.events();
}
const baseUrl = 'https://tips.test/v1';
for (const client of [createTipping({ baseUrl }), createTippingStreams({ baseUrl })]) {
  client.tips({ streamId: 'evening' });
  client.events({ streamId: 'evening' });
}
const { createAvatars, createTikTok, giftTips } = await import('tipstream/tiktok');
const tiktok = createTikTok({ apiKey: 'not-a-secret-key' });
tiktok.comments('evening');
tiktok.tips('evening');
giftTips([]);
createAvatars({ service: tiktok });
const { createTwitchProxyClient } = await import('tipstream/twitch');
createTwitchProxyClient({ baseUrl: 'http://proxy:8081', token: 'not-a-secret-token' });
const { twitchProxyHandler } = await import('tipstream/twitch-proxy');
twitchProxyHandler({ clientId: 'someclient' });
process.stdout.write('untouched\n');

export {};
