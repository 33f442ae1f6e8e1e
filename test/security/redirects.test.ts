import { describe, expect, it, onTestFinished } from 'vitest';
import { createAnilibria } from '../../src/anilibria/index.ts';
import { createCamsoda } from '../../src/camsoda/index.ts';
import { createChaturbate } from '../../src/chaturbate/index.ts';
import { createStripchat } from '../../src/stripchat/index.ts';
import { createTikTok } from '../../src/tiktok/index.ts';
import { createTippingStreams } from '../../src/tipping/index.ts';
import { createTwitch, createTwitchProxyClient } from '../../src/twitch/index.ts';
import { startServer } from '../support/server.ts';

const secret = 'not-a-secret-token';

/** Whoever sends a credential, and the cheapest call that does. */
const askers: Readonly<
  Record<string, (url: string, fetch: undefined) => { ask(): Promise<unknown>; close(): Promise<void> }>
> = {
  'chaturbate, the Events API': (url) => {
    const client = createChaturbate({ username: 'mira', token: secret, baseUrl: url, logger: false });
    return { ask: client.verify, close: client.close };
  },
  'chaturbate, the contract': (url) => {
    const client = createChaturbate({ eventsUrl: `${url}/events`, apiKey: secret, logger: false });
    return { ask: client.verify, close: client.close };
  },
  stripchat: (url) => {
    const client = createStripchat({ token: secret, eventsUrl: `${url}/events`, logger: false });
    return { ask: client.verify, close: client.close };
  },
  camsoda: (url) => {
    const client = createCamsoda({ broadcaster: 'mira', apiKey: secret, eventsUrl: `${url}/events`, logger: false });
    return { ask: client.verify, close: client.close };
  },
  twitch: (url) => {
    const client = createTwitch({ clientId: 'yourclientid', token: secret, baseUrl: url, logger: false, retry: 0 });
    return { ask: () => client.users({ ids: ['1'] }), close: client.close };
  },
  'a Twitch proxy': (url) => {
    const client = createTwitchProxyClient({ token: secret, baseUrl: url, logger: false, retry: 0 });
    return { ask: () => client.users({ ids: ['1'] }), close: client.close };
  },
  tiktok: (url) => {
    const client = createTikTok({ apiKey: secret, token: secret, baseUrl: url, logger: false, retry: 0 });
    return { ask: () => client.live.sessions(), close: client.close };
  },
  anilibria: (url) => {
    const client = createAnilibria({ token: secret, baseUrl: url, logger: false, retry: 0 });
    return { ask: () => client.random({}), close: client.close };
  },
  tipping: (url) => {
    const client = createTippingStreams({ token: secret, baseUrl: url, logger: false, retry: 0 });
    return { ask: () => client.streams.list(), close: client.close };
  },
};

describe.each(Object.entries(askers))('%s', (_, make) => {
  it.each([301, 302, 303, 307, 308])(
    'core-10 a %i to another host is an error, and nothing is sent there',
    async (status) => {
      const elsewhere = await startServer(() => ({ body: {} }));
      const here = await startServer(() => ({ status, headers: { location: `${elsewhere.url}/steal` }, body: '' }));
      const { ask, close } = make(here.url, undefined);
      onTestFinished(close);
      const error: unknown = await ask().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 'UPSTREAM', status });
      expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain(secret);
      expect(here.arrivals.length).toBeGreaterThan(0);
      expect(elsewhere.arrivals).toHaveLength(0);
      // To the same host neither: a path may be another's.
      expect(here.arrivals.every(({ path }) => !path.includes('steal'))).toBe(true);
    },
  );
});
