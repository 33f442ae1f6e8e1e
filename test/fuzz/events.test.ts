import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCamsoda } from '../../src/camsoda/index.ts';
import { createChaturbate } from '../../src/chaturbate/index.ts';
import { hasFlag, maskEvent } from '../../src/core/anonymous.ts';
import { isTipstreamError } from '../../src/core/errors.ts';
import { maskGiver } from '../../src/stream/mask-giver.ts';
import type { PushStream } from '../../src/stream/push.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';
import { pageOf } from '../../src/stream/tip-page.ts';
import { validateNormalizedEvent } from '../../src/stream/validate.ts';
import { worth } from '../../src/stream/worth.ts';
import { createStripchat } from '../../src/stripchat/index.ts';
import { decodeDataUrl, giftTips } from '../../src/tiktok/index.ts';
import { createTipping } from '../../src/tipping/index.ts';
import { hideGiver } from '../../src/twitch/anonymous.ts';
import { createTwitch } from '../../src/twitch/index.ts';
import { noticeOf } from '../../src/twitch/notification.ts';
import { mutated } from '../support/mutations.ts';
import { type Hostile, platforms } from './platforms.ts';
import { body, isPlain, json, text, tries } from './setting.ts';

const fields = [
  'events',
  'method',
  'type',
  'object',
  'tip',
  'tokens',
  'amount',
  'user',
  'username',
  'isAnon',
  'is_anonymous',
  'message',
  'data',
  'event',
  'payload',
  'metadata',
  'subscription',
  'bits',
  'broadcaster_user_login',
  'diamondCount',
  'repeatCount',
  'giftType',
  'details',
  'tipData',
  'timestamp',
];

const token = 'not-a-secret-token';
const clients: Readonly<Record<string, () => { push(): PushStream; close(): Promise<void> }>> = {
  chaturbate: () => createChaturbate({ username: 'mira', token, logger: false }),
  stripchat: () => createStripchat({ token, logger: false }),
  camsoda: () => createCamsoda({ broadcaster: 'mira', apiKey: token, logger: false }),
  twitch: () => createTwitch({ clientId: 'yourclientid', token, logger: false }),
  tipping: () => createTipping({ baseUrl: 'http://127.0.0.1:1', logger: false }),
};

/** What holds of every tip, whatever it was made of. */
const isGood = (tip: TipEvent): void => {
  expect(validateNormalizedEvent(tip)).toBe(true);
  expect(tip.id.length).toBeLessThanOrEqual(128);
  expect(typeof tip.unit).toBe('string');
  expect(typeof tip.anonymous).toBe('boolean');
  if (tip.anonymous) expect([tip.tipper, tip.tipperId, tip.avatarUrl]).toEqual(['Anonymous', undefined, undefined]);
  expect(Number.isNaN(new Date(tip.timestamp * 1000).getTime())).toBe(false);
  expect(isPlain(tip)).toBe(true);
  worth(tip, { token: 0.05 });
};

const payload = ({ samples }: Hostile): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...samples).chain((sample) => mutated(sample)) },
    { weight: 2, arbitrary: body(fields) },
    { weight: 1, arbitrary: json(fields) },
    { weight: 1, arbitrary: fc.anything({ maxDepth: 3 }) },
  );

describe.each(platforms)('$name', (platform) => {
  it('EV-6 makes of any event a good tip, a report, or nothing; and what masks it never fails but of depth', () => {
    const { readTip, eventId, mask, name } = platform;
    fc.assert(
      fc.property(payload(platform), (event) => {
        const context = { id: 'page-0', receivedAt: Date.UTC(2026, 0, 1), channel: 'mira' };
        const read = readTip(event, context);
        if (read && 'invalid' in read) expect(read.invalid.length).toBeLessThan(60);
        else if (read) isGood(read);
        expect((eventId(event) ?? '').length).toBeLessThanOrEqual(64);
        mask(event);
        try {
          const tip = platform.toTip(event);
          if (tip) isGood(tip);
        } catch (error) {
          expect(`${name} ${isTipstreamError(error, 'VALIDATION')}`).toBe(`${name} true`);
        }
      }),
      tries(250),
    );
  });
});

describe.each(Object.entries(clients))('push() of %s', (name, make) => {
  it('takes any payload: good tips, reports, and no failure but ours', async () => {
    const client = make();
    onTestFinished(client.close);
    const platform = platforms.find((each) => each.name === name);
    const stream = client.push();
    const seen: TipEvent[] = [];
    stream.on('invalid', (report) =>
      expect(Object.values(report).every((each) => typeof each === 'string')).toBe(true),
    );
    stream.subscribe((tip) => void seen.push(tip));
    await fc.assert(
      fc.asyncProperty(payload(platform as Hostile), fc.boolean(), async (said, asText) => {
        const fed =
          asText && typeof said === 'object'
            ? JSON.stringify(said, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each))
            : said;
        await stream.feed(fed).catch((error: unknown) => {
          if (!isTipstreamError(error)) throw error;
        });
        for (const tip of seen.splice(0)) isGood(tip);
      }),
      tries(120),
    );
  });
});

describe('parts of events', () => {
  it('giftTips makes of any frames good tips, and counts no diamond twice', async () => {
    const tiktok = platforms.find(({ name }) => name === 'tiktok') as Hostile;
    await fc.assert(
      fc.asyncProperty(fc.array(payload(tiktok), { maxLength: 6 }), async (frames) => {
        for await (const tip of giftTips(frames)) {
          isGood(tip);
          expect(tip.amount).toBeGreaterThanOrEqual(0);
        }
      }),
      tries(80),
    );
  });

  it('are looked at, masked and listed whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(json(fields), fc.anything()), (value) => {
        expect(typeof hasFlag(value)).toBe('boolean');
        maskGiver(value);
        if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
          hideGiver(value as never);
          expect((noticeOf(value as never).id ?? '').length).toBeLessThanOrEqual(64);
        }
        try {
          expect(Array.isArray(pageOf(value).events)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
      tries(800),
    );
    fc.assert(
      fc.property(json(fields), (value) => void maskEvent(value)),
      tries(300),
    );
  });

  it('TT-12 a data URL is taken apart, or is VALIDATION', () => {
    const url = fc.oneof(
      text(),
      fc
        .tuple(
          fc.constantFrom(
            'data:',
            'data:image/png;base64,',
            'data:;base64,',
            'data:image/svg+xml,',
            'DATA:text/html;charset=x;base64,',
          ),
          text(),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(url, (said) => {
        try {
          const { mime, bytes } = decodeDataUrl(said);
          expect(mime).toBe(mime.toLowerCase());
          expect(bytes.length).toBeLessThanOrEqual(said.length * 3);
        } catch (error) {
          expect(isTipstreamError(error, 'VALIDATION')).toBe(true);
          if (said.length > 20) expect(String(error)).not.toContain(said.slice(0, 20));
        }
      }),
      tries(1000),
    );
  });
});
