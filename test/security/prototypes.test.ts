import { afterEach, describe, expect, it } from 'vitest';
import { readQuestion, routes } from '../../src/adapters/twitch-proxy/routes.ts';
import { readFrame as anilibriaFrame } from '../../src/anilibria/events.ts';
import { fromRelease, fromVersion3 } from '../../src/anilibria/index.ts';
import { toDays, toTitle } from '../../src/anilibria/normalize.ts';
import { maskAnonymous, maskEvent } from '../../src/core/anonymous.ts';
import { post } from '../../src/core/endpoint.ts';
import { prepare } from '../../src/core/prepare.ts';
import { readProblem } from '../../src/core/problem.ts';
import { createRedactor } from '../../src/core/redact.ts';
import { addressOf } from '../../src/core/request.ts';
import { createSource, memoryCache, memoryStore, type TipEvent, tally, tiered, toResponse } from '../../src/index.ts';
import { pageOf } from '../../src/stream/tip-page.ts';
import { unpack } from '../../src/stream/unpack.ts';
import { parseFrame } from '../../src/tiktok/gifts/frames.ts';
import { readComment } from '../../src/tiktok/normalize.ts';
import { joinInfo } from '../../src/tipping/join-info.ts';
import { listOf, model } from '../../src/tipping/readers.ts';
import { readFrame } from '../../src/twitch/eventsub-frame.ts';
import { camsoda, chaturbate, stripchat, tiktok, tipping, twitch } from '../fuzz/platforms.ts';
import { outcome } from './support.ts';

const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
afterEach(() => {
  // Nothing was added to what every object has, and no object was given another prototype's fields.
  expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(before);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  expect(Reflect.get([], 'polluted')).toBeUndefined();
});

/** Fields that mean something to JavaScript, as JSON brings them: own fields like any other. */
const poison = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf', 'toJSON']
  .map((name) => `"${name}":{"polluted":true,"isAnon":true}`)
  .join();
const poisoned = (fields = ''): string => `{${poison}${fields && `,${fields}`}}`;
const json = (text: string): never => JSON.parse(text) as never;

/** Everything that reads foreign JSON, given a body in which every object is poisoned. */
const tip = poisoned(
  `"method":"tip","type":"tip","amount":5,"tokens":5,"user":${poisoned('"username":"ada"')},"object":${poisoned(
    `"tip":${poisoned('"tokens":5')},"user":${poisoned('"username":"ada"')}`,
  )}`,
);
const readers: Readonly<Record<string, () => unknown>> = {
  'a page': () => pageOf(json(poisoned(`"events":[${tip}]`))),
  'a webhook': () => unpack(poisoned(`"events":[${tip}]`)),
  'a masked event': () => maskEvent(json(tip)),
  'a log line': () => maskAnonymous(tip),
  'a redacted body': () => createRedactor().value(json(tip)),
  'a failure': () =>
    readProblem(
      400,
      new Headers(),
      tip,
      json(poisoned(`"errors":${poisoned('"name":["no"]')},"details":${poisoned()}`)),
    ),
  'a list': () =>
    listOf('tips', model())(json(poisoned(`"tips":[${poisoned()}],"pagination":${poisoned('"page":1')}`))),
  'a join': () => joinInfo(json(poisoned(`"sfu":${poisoned()},"ice_servers":[${poisoned()}]`))),
  'a frame of Twitch': () =>
    readFrame(
      poisoned(
        `"metadata":${poisoned('"message_type":"notification","message_id":"1","subscription_type":"__proto__"')},"payload":${poisoned(`"event":${tip}`)}`,
      ),
    ),
  'a frame of AniLibria': () => anilibriaFrame(poisoned(`"type":"new_title","data":${poisoned('"title_id":1')}`), 0),
  'a comment': () => readComment(json(poisoned(`"id":"1","comment":"hi","user":${poisoned('"username":"ada"')}`))),
  'a frame of TikTok': () => parseFrame(poisoned('"id":12345678901234567890')),
  'a title': () =>
    toTitle(
      json(
        poisoned(
          `"id":1,"names":${poisoned()},"episodes":${poisoned(`"1":${poisoned()}`)},"poster":${poisoned('"small":"/a"')}`,
        ),
      ),
      'https://a.example',
    ),
  'a schedule': () => toDays(json(poisoned(`"monday":[${poisoned('"id":1,"names":{}')}]`)), 'https://a.example'),
  'a release': () => fromRelease(json(poisoned(`"id":1,"name":${poisoned('"main":"x"')},"episodes":[${poisoned()}]`))),
  'an archived title': () =>
    fromVersion3(
      json(
        poisoned(
          `"id":1,"names":${poisoned('"ru":"x"')},"player":${poisoned(`"list":${poisoned(`"1":${poisoned()}`)}`)}`,
        ),
      ),
    ),
};

describe('foreign JSON with fields called __proto__, constructor and the like', () => {
  it.each(Object.entries(readers))('in %s is read as fields, and changes no prototype', (_, run) => {
    const result = outcome(run);
    expect(result).not.toBeInstanceOf(RangeError);
    const look = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || value instanceof Error) return;
      expect([Object.prototype, Array.prototype, null]).toContain(Object.getPrototypeOf(value));
      for (const each of Object.values(value)) look(each);
    };
    look(result);
  });

  it.each([chaturbate, stripchat, camsoda, twitch, tiktok, tipping])(
    'in an event of $name makes no tip of another prototype',
    ({ samples, toTip }) => {
      for (const sample of samples) {
        const text = JSON.stringify(sample)
          .replaceAll('{', `{"__proto__":{"polluted":true,"isAnon":true},"constructor":{"polluted":true},`)
          .replaceAll(',}', '}');
        const made = toTip(JSON.parse(text));
        if (made) expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
        expect(Reflect.get(made ?? {}, 'polluted')).toBeUndefined();
      }
    },
  );
});

describe('a foreign word that every object has a field for', () => {
  const words = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

  it.each(words)('%s as the type of a release is a word, and no function', (value) => {
    expect(fromRelease({ id: 1, name: { main: 'x' }, type: { value } }).type).toBe(value);
  });

  it.each(words)('%s as a format is CONFIG', (format) => {
    const { stream } = createSource({ platform: 'demo' });
    expect(outcome(() => toResponse(stream, { format: format as never }))).toMatchObject({ code: 'CONFIG' });
  });

  it.each(words)('%s in a question to the proxy is an unknown parameter, and shows no code', (word) => {
    for (const route of routes)
      for (const query of [`${word}=1`, `id=${word}%20x`, `broadcaster_id=${word}%20x`, `user_id=${word}%20x`])
        expect(String(readQuestion(route, query))).not.toContain('native code');
  });

  it.each(words)('%s as a platform, a unit and a name is counted in a tally like any other', async (word) => {
    const source = createSource<TipEvent>({ platform: 'demo' });
    const seen: { totals: object; top: readonly { tipper: string; amount: number }[] }[] = [];
    tally(source.stream).subscribe((each) => void seen.push(each));
    for (const id of ['1', '2'])
      await source.push({
        platform: word,
        unit: word,
        tipper: word,
        amount: 5,
        message: '',
        timestamp: 1,
        id,
        anonymous: false,
      });
    expect(seen.at(-1)?.totals).toEqual({ [`${word}:${word}`]: 10 });
    expect(seen.at(-1)?.top).toMatchObject([{ tipper: word, amount: 10 }]);
    await source.stream.close();
  });

  it.each(words)('%s as a key of a cache or a checkpoint is a key', async (word) => {
    for (const store of [memoryCache(), memoryStore(), tiered([memoryCache()])]) {
      expect(await store.get(word)).toBeUndefined();
      await store.set(word, { fine: true });
      expect(await store.get(word)).toEqual({ fine: true });
    }
  });

  it.each(words)('%s in an input is sent as it is', (word) => {
    const endpoint = post('/x', {
      body: (input) => input,
      response: () => undefined,
      wire: { toUserId: 'to_user_id' },
    });
    const input = JSON.parse(`{"${word}":"1","toUserId":"2"}`) as object;
    const { body } = prepare(
      endpoint,
      input,
      (text) => new Error(text),
      () => {},
    );
    expect(JSON.parse(String(body))).toEqual(JSON.parse(`{"${word}":"1","to_user_id":"2"}`));
    expect(
      outcome(() => addressOf(`https://a.example/{${word}}`, {}, [], undefined, (text) => new Error(text))),
    ).not.toContain('native');
  });
});
