import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQuestion, routes } from '../../src/adapters/twitch-proxy/routes.ts';
import { createChaturbate } from '../../src/chaturbate/index.ts';
import { checkAddress } from '../../src/core/address.ts';
import { isTipstreamError } from '../../src/core/errors.ts';
import { addressOf, fill, hrefWithin } from '../../src/core/request.ts';
import { memoryStore } from '../../src/index.ts';
import { unpack } from '../../src/stream/unpack.ts';
import { mayFollow } from '../../src/twitch/eventsub-talk.ts';
import { testClock } from '../support/clock.ts';
import { body, json, text, tries, until } from './setting.ts';

const secret = 'not-a-secret-token';
const origin = 'https://events.example.com';
const address = fc.oneof(
  text(),
  fc.webUrl(),
  fc
    .tuple(
      fc.constantFrom(
        origin,
        'https://',
        '//',
        '/',
        '',
        'wss://eventsub.wss.twitch.tv',
        'http://127.0.0.1:1',
        `${origin}@`,
        `${origin}:`,
      ),
      fc.oneof(
        text(),
        fc.constantFrom(
          '/events/mira/not-a-secret-token/?i=1',
          '/next?timeout=99999999999',
          '{token}',
          '/{username}/{odd}',
          'evil.example',
          '\\evil.example',
          ':8443/',
          '?token=not-a-secret-token',
        ),
      ),
    )
    .map((parts) => parts.join('')),
);

describe('an address that somebody else gave', () => {
  it('is of the own origin, without an account, or refused', () => {
    fc.assert(
      fc.property(address, (url) => {
        const href = hrefWithin(url, origin);
        if (href === undefined) return;
        const { host, protocol, username, password } = new URL(href);
        expect([protocol, host, username, password]).toEqual(['https:', 'events.example.com', '', '']);
      }),
      tries(2000),
    );
  });

  it('ES-10 of a reconnect leads to Twitch or to the configured host, over a socket', () => {
    fc.assert(
      fc.property(address, (url) => {
        if (!mayFollow(url, 'wss://eventsub.wss.twitch.tv/ws')) return;
        expect(new URL(url).protocol).toBe('wss:');
        expect(new URL(url).hostname).toMatch(/(^|\.)eventsub\.wss\.twitch\.tv$/);
      }),
      tries(1500),
    );
  });

  it('is CONFIG, or one to which a credential may go', () => {
    fc.assert(
      fc.property(address, (url) => {
        try {
          const { protocol, username, password } = checkAddress('demo', url);
          expect(['https:', 'http:']).toContain(protocol);
          expect(username + password).toBe('');
        } catch (error) {
          expect(isTipstreamError(error, 'CONFIG')).toBe(true);
        }
      }),
      tries(1000),
    );
  });

  it('of what is filled in keeps its host and its place, whatever the value', () => {
    const refuse = (said: string): Error => new Error(said);
    fc.assert(
      fc.property(text(), fc.array(fc.tuple(text(), text()), { maxLength: 3 }), (value, query) => {
        try {
          const url = new URL(addressOf(`${origin}/a/{name}/b`, { name: value }, query, undefined, refuse));
          expect(url.origin).toBe(origin);
          expect(url.pathname).toMatch(/^\/a\/[^/]+\/b$/);
        } catch (error) {
          expect(String(error)).toContain('missing or empty');
          expect(value).toMatch(/^\.{0,2}$/);
        }
        expect(fill('{odd}{name}', { name: 'x' })).toBe('x');
      }),
      tries(800),
    );
  });

  it('CB-18 as the next of a long poll is asked at the own origin only; the place that is kept holds no credential; and the stream goes on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(address, { minLength: 1, maxLength: 3 }), async (nexts) => {
        const clock = testClock();
        const store = memoryStore();
        const kept: string[] = [];
        const asked: string[] = [];
        const client = createChaturbate({
          username: 'mira',
          token: secret,
          baseUrl: origin,
          clock,
          logger: false,
          random: () => 0,
          checkpoint: {
            ...store,
            set: (key, value) => {
              kept.push(JSON.stringify(value));
              store.set(key, value);
            },
          },
          fetch: async (request) => {
            asked.push(request.url);
            return new Response(
              JSON.stringify({
                events: [
                  { method: 'tip', id: `${asked.length}`, object: { tip: { tokens: 1 }, user: { username: 'ada' } } },
                ],
                nextUrl: nexts[(asked.length - 1) % nexts.length],
              }),
            );
          },
        });
        let tips = 0;
        client.tips().subscribe(() => {
          tips += 1;
        });
        await until(clock, 1000, () => asked.length >= 4);
        expect(asked.length).toBeGreaterThanOrEqual(4);
        expect(tips).toBeGreaterThanOrEqual(3);
        await client.close();
        for (const url of asked) expect(new URL(url).origin).toBe(origin);
        for (const value of kept) expect(value).not.toContain(secret);
      }),
      tries(12),
    );
  });

  it('of a question to the proxy is a question, or a sentence', () => {
    fc.assert(
      fc.property(fc.constantFrom(...routes), text(), (route, query) => {
        const read = readQuestion(route, query);
        expect(typeof read === 'string' || read.every(([name]) => route.names.includes(name))).toBe(true);
      }),
      tries(500),
    );
  });

  it('a payload of any text or value is a list of events', () => {
    fc.assert(
      fc.property(fc.oneof(body(['events']), json(['events']), fc.anything()), (payload) => {
        expect(Array.isArray(unpack(payload))).toBe(true);
      }),
      tries(800),
    );
  });
});
