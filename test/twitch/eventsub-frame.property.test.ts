import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import {
  keepaliveFrame,
  type MockSubscription,
  notification,
  reconnect,
  revocation,
  welcome,
} from '../../src/mock/twitch/eventsub-frames.ts';
import type { Line } from '../../src/stream/socket.ts';
import { listed } from '../../src/twitch/eventsub-calls.ts';
import { type Frame, readFrame } from '../../src/twitch/eventsub-frame.ts';
import { createTalking } from '../../src/twitch/eventsub-talk.ts';
import { topicOf } from '../../src/twitch/eventsub-topics.ts';
import { testClock } from '../support/clock.ts';
import { fixture } from '../support/fixtures.ts';
import { type Json, mutated } from '../support/mutations.ts';

const at = Date.UTC(2026, 0, 1);
const subscription: MockSubscription = {
  id: 's-1',
  type: 'channel.cheer',
  version: '1',
  condition: { broadcaster_user_id: '4002' },
  session: 'one',
  userId: '4002',
  createdAt: '2026-01-01T00:00:00Z',
  status: 'authorization_revoked',
};
const cheer = (fixture('twitch/tips', 'cheer') as { event: Json }).event;
const frames = {
  welcome: welcome('m-1', at, 'one', 10),
  keepalive: keepaliveFrame('m-2', at),
  reconnect: reconnect('m-3', at, 'one', 'wss://cell-c.eventsub.wss.twitch.tv/ws?challenge=1&id=one'),
  notification: notification('m-4', at, subscription, cheer),
  revocation: revocation('m-5', at, subscription),
};

/** What must be right about a frame for it to be more than a report, beside that it is an object with `metadata`. */
const metadata = (type: string, more = {}) => z.looseObject({ message_type: z.literal(type), ...more });
const text = z.string().check(z.minLength(1));
const schemas: Partial<Record<string, z.ZodMiniType>> = {
  welcome: z.looseObject({
    metadata: metadata('session_welcome'),
    payload: z.looseObject({ session: z.looseObject({ id: text }) }),
  }),
  notification: z.looseObject({
    metadata: metadata('notification', { message_id: text, subscription_type: text }),
    payload: z.looseObject({ event: z.looseObject({}) }),
  }),
  keepalive: z.looseObject({ metadata: metadata('session_keepalive') }),
  reconnect: z.looseObject({ metadata: metadata('session_reconnect') }),
  revocation: z.looseObject({ metadata: metadata('revocation') }),
};

const kindOf = (text: string): Frame['kind'] | undefined => {
  const frame = readFrame(text);
  if ('kind' in frame) return frame.kind;
  expect(frame).toEqual({ invalid: expect.stringMatching(/^(no JSON|wrong type for \w+)$/), path: expect.any(String) });
  return undefined;
};

describe.each(Object.entries(frames))('a %s frame with one to three places changed', (kind, shape) => {
  it('ES-7 is read as its schema says, or reported without its content; never a throw', () => {
    const seen = new Set<string | undefined>();
    fc.assert(
      fc.property(mutated(JSON.parse(JSON.stringify(shape))), (frame) => {
        const read = kindOf(JSON.stringify(frame));
        seen.add(read);
        expect({ frame, is: read === kind }).toEqual({ frame, is: schemas[kind]?.safeParse(frame).success });
      }),
      { numRuns: 1000 },
    );
    expect(seen.size).toBeGreaterThan(1);
  });
});

it('ES-7 any text is read without a throw, and any value as a subscription', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (frame) => void kindOf(frame)));
  fc.assert(fc.property(fc.anything({ maxDepth: 3 }), (value) => void listed(value)));
});

it('ES-7 a talk hears any frames in any order without a throw, and sends nothing', () => {
  const one = fc.oneof(...Object.values(frames).map((frame) => mutated(JSON.parse(JSON.stringify(frame)))));
  fc.assert(
    fc.property(fc.array(fc.oneof(one, fc.constantFrom(...Object.values(frames))), { maxLength: 12 }), (evening) => {
      const done: string[] = [];
      const controller = new AbortController();
      const say = (what: string) => () => void done.push(what);
      const line: Line = {
        signal: controller.signal,
        handedOver: false,
        send: say('send'),
        connected: say('connected'),
        live: say('live'),
        unsubscribed: say('unsubscribed'),
        silent: say('silent'),
        beat: say('beat'),
        handOver: say('handOver'),
        drop: say('drop'),
        end: say('end'),
      };
      const topic = topicOf('channel.cheer', '4002');
      const { talk } = createTalking({
        clock: testClock(),
        random: () => 0,
        calls: {
          userId: async () => '4002',
          subscribe: () => new Promise(() => {}),
          list: async () => [],
          remove: async () => {},
        },
        wanted: () => [topic],
        refused: new Map(),
        address: 'wss://eventsub.wss.twitch.tv/ws',
        report: say('report'),
        gap: say('gap'),
        deliver: say('deliver'),
        invalid: say('invalid'),
      });
      const { heard } = talk(line);
      for (const frame of evening) heard(JSON.stringify(frame));
      expect(done).not.toContain('send');
      expect(done).not.toContain('beat');
      controller.abort();
    }),
    { numRuns: 300 },
  );
});
