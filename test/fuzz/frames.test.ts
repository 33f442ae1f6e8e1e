import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFrame as anilibriaFrame } from '../../src/anilibria/events.ts';
import { createAnilibria } from '../../src/anilibria/index.ts';
import type { Peer } from '../../src/mock/service.ts';
import type { EventStream } from '../../src/stream/event-stream.ts';
import { parseFrame } from '../../src/tiktok/gifts/frames.ts';
import { createTikTok } from '../../src/tiktok/index.ts';
import { createTippingStreams } from '../../src/tipping/index.ts';
import { listed } from '../../src/twitch/eventsub-calls.ts';
import { readFrame } from '../../src/twitch/eventsub-frame.ts';
import { createTwitch } from '../../src/twitch/index.ts';
import { testClock } from '../support/clock.ts';
import { memorySockets } from '../support/memory-sockets.ts';
import { body, isPlain, json, text, tries, until } from './setting.ts';

const fields = [
  'type',
  'data',
  'metadata',
  'payload',
  'message_type',
  'message_id',
  'session',
  'session_id',
  'reconnect_url',
  'keepalive_timeout_seconds',
  'subscription',
  'event',
  'title_id',
  'timestamp',
  'episode',
  'code',
  'message',
  'tip',
  'tokens',
  'stream_id',
  'comment',
  'user',
  'id',
  'tiktok_connected',
];

/** The envelopes of the four sockets, with anything inside. */
const frame = fc.oneof(
  { weight: 2, arbitrary: body(fields) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'notification',
          'session_keepalive',
          'session_welcome',
          'session_reconnect',
          'revocation',
          'odd',
        ),
        json(fields),
        json(fields),
        json(fields),
      )
      .map(([message_type, message_id, session, event]) =>
        JSON.stringify({
          metadata: {
            message_type,
            message_id,
            message_timestamp: '2026-01-01T00:00:00Z',
            subscription_type: 'channel.cheer',
          },
          payload: { session, event, subscription: event },
        }),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'tip_received',
          'viewer_joined',
          'new_episode',
          'new_title',
          'status_change',
          'error',
          'connected',
          'comment',
          'gift',
          'pong',
          'status_response',
          'odd',
        ),
        json(fields),
        json(fields),
      )
      .map(([type, data, tip]) => JSON.stringify({ type, data, tip, title_id: 5 })),
  },
  { weight: 1, arbitrary: text() },
);

describe('a frame of any text', () => {
  it('ES-7 of Twitch is of a known kind, or a report without content', () => {
    fc.assert(
      fc.property(frame, (said) => {
        const read = readFrame(said);
        if ('invalid' in read) expect(read.invalid.length + read.path.length).toBeLessThan(80);
        else if (read.kind === 'notification') expect(read.id.length).toBeLessThanOrEqual(64);
        else if (read.kind === 'welcome') expect(read.keepalive === undefined || read.keepalive > 0).toBe(true);
      }),
      tries(1500),
    );
    fc.assert(
      fc.property(fc.anything(), (value) => void expect(isPlain(listed(value).id)).toBe(true)),
      tries(300),
    );
  });

  it('AL-28 of AniLibria is a notification with a time, an error, or a report', () => {
    fc.assert(
      fc.property(frame, (said) => {
        const read = anilibriaFrame(said, 5);
        if (read.kind === 'notification') {
          expect(Number.isFinite(read.notification.at)).toBe(true);
          expect((read.id ?? '').length).toBeLessThan(150);
        }
      }),
      tries(1500),
    );
  });

  it('TT-52 of TikTok is a value, its long numbers texts, or the text itself', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          frame,
          fc.bigInt({ min: 10n ** 15n, max: 10n ** 25n }).map((id) => `{"id":${id},"text":"${id} \\" ${id}"}`),
        ),
        (said) => {
          const read = parseFrame(said);
          const found = /^\{"id":(\d+),/.exec(said);
          if (found?.[1] && found[1].length >= 16) expect(read).toMatchObject({ id: found[1] });
          expect(isPlain(read)).toBe(true);
        },
      ),
      tries(1000),
    );
  });
});

/** A client, its stream, and what its upstream answers over HTTP. */
type Open = (
  WebSocket: never,
  clock: ReturnType<typeof testClock>,
  fetch: () => Promise<Response>,
) => { stream: EventStream<unknown>; close(): Promise<void>; greet?: string };

const url = 'http://127.0.0.1:1';
const opens: Readonly<Record<string, Open>> = {
  tipping(WebSocket, clock, fetch) {
    const client = createTippingStreams({
      baseUrl: url,
      token: 'not-a-secret-token',
      logger: false,
      WebSocket,
      clock,
      fetch,
    });
    return { stream: client.tips({ streamId: 'evening' }), close: client.close };
  },
  anilibria(WebSocket, clock, fetch) {
    const client = createAnilibria({ baseUrl: url, logger: false, WebSocket, clock, fetch });
    return { stream: client.notifications(), close: client.close };
  },
  tiktok(WebSocket, clock, fetch) {
    const client = createTikTok({ baseUrl: url, apiKey: 'not-a-secret-key', logger: false, WebSocket, clock, fetch });
    return {
      stream: client.tips('evening'),
      close: client.close,
      greet: '{"type":"connected","session_id":"evening","message":""}',
    };
  },
  twitch(WebSocket, clock, fetch) {
    const client = createTwitch({
      clientId: 'yourclientid',
      token: 'not-a-secret-token',
      baseUrl: url,
      logger: false,
      WebSocket,
      clock,
      fetch,
    });
    return {
      stream: client.tips({ broadcasterId: '1' }),
      close: client.close,
      greet:
        '{"metadata":{"message_type":"session_welcome"},"payload":{"session":{"id":"s","keepalive_timeout_seconds":600}}}',
    };
  },
};

// Their code is loaded with the first watcher: here it is at hand.
await Promise.all([import('../../src/anilibria/notifications.ts'), import('../../src/twitch/eventsub.ts')]);

describe.each(Object.entries(opens))('the socket of %s', (_, open) => {
  it('lives through any frames: it says what it cannot read, connects again where it has to, and leaves nothing behind', async () => {
    const rejections: unknown[] = [];
    const hear = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', hear);
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 8 }), async (frames) => {
        const clock = testClock();
        const peers: Peer[] = [];
        let greet: string | undefined;
        const network = memorySockets(clock, 1, (_url, peer) => {
          peers.push(peer);
          if (greet) peer.send(greet);
          return true;
        });
        const client = open(
          network.WebSocket as never,
          clock,
          async () => new Response('{"data":[{"id":"1","status":"enabled"}],"items":[],"tips":[]}'),
        );
        greet = client.greet;
        let errors = 0;
        client.stream.on('error', ({ message }) => {
          errors += 1;
          expect(message).not.toContain('not-a-secret');
          expect(message.length).toBeLessThan(2000);
        });
        let ended = false;
        client.stream.on('end', () => {
          ended = true;
        });
        client.stream.subscribe(() => {});
        await until(clock, 2, () => peers.length > 0);
        await clock.advance(2);
        expect(peers.length).toBeGreaterThan(0);
        for (const said of frames) {
          peers.at(-1)?.send(said);
          await clock.advance(3);
        }
        // Alive: connected, on its way, or ended with a word.
        await clock.advance(120_000);
        expect(ended || network.held > 0 || clock.pending > 0).toBe(true);
        await client.close();
        await clock.advance(1000);
        expect(network.held).toBe(0);
        expect(errors).toBeLessThan(60);
      }),
      tries(40),
    );
    process.off('unhandledRejection', hear);
    expect(rejections).toEqual([]);
  });
});
