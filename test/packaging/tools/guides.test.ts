import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { type GuideProgram, holds, installBeside, portOf } from '../../support/guide-program.ts';

const app = inject('app');
beforeAll(() => installBeside(app));

const tip = {
  id: 'shop:-:1',
  platform: 'shop',
  amount: 5,
  unit: 'EUR',
  tipper: 'ada_l',
  message: '',
  timestamp: 1,
  anonymous: false,
};
const deliver = (body: unknown, headers = {}) =>
  `new Request('http://here/', { method: 'POST', body: ${JSON.stringify(JSON.stringify(body))}, headers: ${JSON.stringify(headers)} })`;

/** Ten roses at once, the end of a streak. */
const rose = {
  msgId: '1',
  groupId: '1',
  giftId: 5655,
  repeatCount: 10,
  repeatEnd: true,
  giftDetails: { giftName: 'Rose', diamondCount: 1, giftType: 1 },
  user: { userId: '7', uniqueId: 'ada_l', nickname: 'Ada' },
};

/** The quiet kind: nothing happens but what the test makes happen. */
const quiet = { scenario: 'quiet' };

/** Every program of docs/examples/guide that a page shows; `test/docs.test.ts` finds one that is missing here. */
const programs: Record<string, GuideProgram> = {
  // Getting started, streams
  'a-tip': { prints: ['true'] },
  composing: { prints: [/^a large one: \d+ from/, /^\d+ tips, \S+ leads$/, /% of the goal/, /tips at once/] },
  'three-ways': { prints: [/^a callback \d+/, /^a loop \S+/, /^a web stream /] },
  signals: { prints: ['stripchat live ', /^\d+$/, /^\d+ questions so far$/] },
  observe: { prints: [/^\d+$/] },

  // A tip is money
  checkpoint: {
    prints: [],
    meanwhile: () =>
      expect
        .poll(() => readFileSync(join(app, 'guide/checkpoint/ledger.jsonl'), 'utf8').split('\n').length, {
          timeout: 20_000,
        })
        .toBeGreaterThan(3),
  },
  gap: { prints: [/^\d+$/] },
  'kept-tips': {
    prints: ['left out: wrong type for amount, missing field: id', /^left out: /, 'ada_l 5 EUR'],
    prepare() {
      const { id: _, ...nameless } = tip;
      const lines = [tip, { ...nameless, amount: '5' }, tip].map((line) => `\n${JSON.stringify(line)}`);
      // A crash in the middle of a write spoils no other line.
      lines.splice(2, 0, '\n{"platform":"chatur');
      mkdirSync(join(app, 'guide/kept-tips'), { recursive: true });
      writeFileSync(join(app, 'guide/kept-tips/ledger.jsonl'), lines.join(''));
    },
  },
  relay: {
    prints: ['5', '200 503'],
    use: `import { handle } from './relay.ts';
      const good = await handle(${deliver({ type: 'tip', id: 'a', amount: 5, user: { username: 'ada_l' } })});
      const bad = await handle(new Request('http://here/', { method: 'POST', body: 'half a' }));
      console.log(good.status, bad.status);`,
  },
  'webhook-handler': {
    prints: ['5', '200 400', '400 missing field: tipper'],
    use: `import { POST } from './webhook-handler.ts';
      const good = await POST(${deliver(tip)});
      const bad = await POST(new Request('http://here/', { method: 'POST', body: 'half a' }));
      console.log(good.status, bad.status);
      const half = await POST(${deliver({ ...tip, tipper: undefined })});
      console.log(half.status, (await half.json())[0].message);`,
  },

  // Errors, limits, going live, troubleshooting, moving
  errors: {
    mock: { strict: true },
    env: {
      STRIPCHAT_TOKEN: 'not-a-secret-old',
      CHATURBATE_ENABLED: 'false',
      CAMSODA_ENABLED: 'false',
      TWITCH_ENABLED: 'false',
    },
    prints: [],
    meanwhile: async (_mock, program) => expect(await program.ended).toBe(0),
  },
  limiter: { prints: [/helix: \{ limit: 800, remaining: 798/] },
  cache: { prints: ['HIT { hits: [ 1, 0 ], misses: 1 }'] },
  verify: { prints: ['chaturbate: the credential works', 'camsoda: the credential works'] },
  troubleshooting: { prints: ['stripchat: the credential works', /^live/, /^\d+$/] },
  poller: {
    prints: ['ada_l: 5', 'ben_m: 7'],
    async prepare(_mock, atEnd) {
      const shop = createServer(({ url = '' }, response) => {
        const all = [
          { id: '1', amount: 5, from: 'ada_l', at: 1_767_225_600 },
          { id: '2', amount: 7, from: 'ben_m', at: 1_767_225_601 },
        ];
        const after = Number(new URL(url, 'http://here').searchParams.get('after') || '0');
        response.end(JSON.stringify({ events: all.slice(after, after + 1), cursor: String(Math.min(2, after + 1)) }));
      });
      return { SHOP_URL: `http://127.0.0.1:${await portOf(shop, atEnd)}/events` };
    },
  },

  // Tips in a page
  serve: {
    prints: [/^id: /, /^data: \{"platform"/],
    use: `import { GET } from './serve.ts';
      const { body } = GET(new Request('http://here/'));
      for await (const text of body.pipeThrough(new TextDecoderStream())) console.log(text);`,
  },
  'serve-node': {
    env: { PORT: '0' },
    prints: [],
    async meanwhile(_mock, program) {
      const [, port] = /port: (\d+)/.exec(await program.printed(/port: /)) ?? [];
      const { headers, body } = await fetch(`http://127.0.0.1:${port}/tips`);
      expect(headers.get('content-type')).toBe('text/event-stream');
      for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) if (text.includes('data: {')) break;
    },
  },

  // Testing
  'mock-failures': { prints: ["reset { stripchat: { '429': 1, reset: 1 } }"] },
  'mock-msw': { prints: ['7'] },

  // Twitch and its proxy
  'twitch-users': { prints: ['mira Mira', 'noor Noor'] },
  'twitch-token': { prints: ['true twitch: the token of mira works'] },
  'twitch-lists': { prints: [/^\d+ \d+ /, 'grace', /^2 MISS 79\d$/] },
  'twitch-tips': { prints: [/^\S+ \d+ (bits|tier-\d subs?)$/] },
  'twitch-webhook': {
    prints: ['ada_l 100 bit', '204 the challenge 403 403 403'],
    env: { TWITCH_WEBHOOK_SECRET: 'not-a-secret-hook' },
    use: `import { createHmac } from 'node:crypto';
      import { hook } from './twitch-webhook.ts';
      const event = { user_id: '1', user_login: 'ada_l', user_name: 'ada_l', is_anonymous: false, bits: 100, message: '', broadcaster_user_id: '2', broadcaster_user_login: 'mira', broadcaster_user_name: 'Mira' };
      const subscription = { id: 's', type: 'channel.cheer', version: '1', status: 'enabled', condition: { broadcaster_user_id: '2' } };
      const post = (said, { age = 0, secret = process.env.TWITCH_WEBHOOK_SECRET, sent = said } = {}) => {
        const at = new Date(Date.now() - age).toISOString();
        const signature = 'sha256=' + createHmac('sha256', secret).update('one' + at + JSON.stringify(said)).digest('hex');
        const headers = { id: 'one', timestamp: at, signature };
        const named = Object.entries(headers).map(([name, value]) => ['twitch-eventsub-message-' + name, value]);
        return hook(new Request('http://here/', { method: 'POST', body: JSON.stringify(sent), headers: named }));
      };
      const told = await post({ subscription, event });
      const asked = await post({ subscription, challenge: 'the challenge' });
      const forged = await post({ subscription, event }, { secret: 'not-a-secret-other' });
      const changed = await post({ subscription, event }, { sent: { subscription, event: { ...event, bits: 9000 } } });
      const old = await post({ subscription, event }, { age: 601_000 });
      console.log(told.status, await asked.text(), forged.status, changed.status, old.status);`,
  },
  'proxy-client': { prints: ['2 MISS', 'Grace'] },
  'proxy-handler': {
    prints: ['200 1'],
    use: `import { worker } from './proxy-handler.ts';
      const answer = await worker.fetch(new Request('http://here/users?login=mira', { headers: { authorization: 'Bearer ' + process.env.TWITCH_TOKEN } }));
      console.log(answer.status, (await answer.json()).data.length);`,
  },
  'proxy-app-token': {
    prints: ['200 1'],
    use: `import { handler } from './proxy-app-token.ts';
      const answer = await handler(new Request('http://here/users?login=mira'));
      console.log(answer.status, (await answer.json()).data.length);`,
  },

  // The tipping platform
  'tipping-evening': { prints: ['Ada gave 25: for the next song'] },
  'tipping-session': { prints: [/nobody is signed in; sign in with auth\.login\(\)/] },
  'tipping-payment': {
    prints: ['paid paid'],
    mock: quiet,
    async meanwhile({ tipping }, program) {
      await program.ended;
      expect(tipping.ledger).toHaveLength(1);
    },
  },
  'tipping-socket': {
    prints: ['ready'],
    prepare: ({ tipping }) => Object.assign(tipping.switches, { socketAuth: 'message' }),
  },
  'tipping-broadcast': { prints: [/^the media server is at wss:.* has \d+ characters$/, '2 servers'] },

  // TikTok
  'tiktok-comments': { prints: ["{ ok: true, message: 'tiktok: the credential works' }", /^\w+ ./] },
  'tiktok-gifts': {
    prints: ['ada_l gave 10 diamonds: Rose'],
    use: `import { EventEmitter } from 'node:events';
      import { watch } from './tiktok-gifts.ts';
      const connection = new EventEmitter();
      watch(connection);
      connection.emit('gift', ${JSON.stringify(rose)});`,
  },
  'tiktok-frames': {
    prints: [/^tiktok:\S+ 10$/],
    async prepare(_mock, atEnd) {
      const server = createServer();
      const sockets = new WebSocketServer({ server });
      sockets.on('connection', (socket) => socket.send(JSON.stringify({ event: 'gift', data: rose })));
      atEnd(() => sockets.close());
      return { RELAY_URL: `ws://127.0.0.1:${await portOf(server, atEnd)}/` };
    },
  },
  'tiktok-avatars': { prints: [/^(scraper|generator|initials) data:image/] },

  // AniLibria
  'anilibria-titles': { prints: [/^\d+ \S+/, /^\[/] },
  'anilibria-meta': { prints: [/^20 500 anilibria (true|false) MISS$/] },
  'anilibria-cache': { prints: ['{ hits: [ 0, 0, 0 ], misses: 1 }'] },
  'anilibria-internal': {
    prints: [],
    async meanwhile({ anilibria }, program) {
      expect(await program.ended).toBe(0);
      expect(anilibria.internal).toMatchObject({ synced: [{}], cleared: [{}], notified: [{}] });
    },
  },
  // Watching it work
  channels: { prints: [/^ {2}type: 'response',$/, /^\d+$/] },
  metrics: {
    prints: [/^\d+$/],
    env: { PORT: '0' },
    async meanwhile(_mock, program) {
      const port = /port: (\d+)/.exec(await program.printed(/^metrics at /))?.[1];
      await program.printed(/^\d+$/);
      const shown = await (await fetch(`http://127.0.0.1:${port}`)).text();
      expect(shown).toMatch(/^tipstream_tips_total\{platform="\w+",unit="\w+"\} \d+$/m);
      expect(shown).toMatch(
        /^tipstream_requests_total\{platform="\w+",endpoint="events",method="GET",status="200"\} \d+$/m,
      );
    },
  },
  traces: { prints: [/^ {2}name: 'GET events',$/, /^ {2}name: 'process tips',$/, /^\d+$/] },

  'anilibria-metrics': { prints: [/^anilibria_requests_total\{method="GET",endpoint="popular",status="200"\} 1$/] },
  'anilibria-news': {
    prints: ['Последний сад 18', 'new: Последний сад'],
    async meanwhile({ anilibria }, program) {
      // The service confirms no subscription, so it is told again until somebody hears it.
      const tell = () => {
        const timestamp = new Date().toISOString();
        for (const type of ['new_episode', 'new_title'])
          anilibria.news({ type, title_id: 9919, title: 'Последний сад', episode: 18, timestamp });
        return program.lines;
      };
      await expect.poll(tell, { timeout: 20_000, interval: 200 }).toContain('Последний сад 18');
    },
  },
};

describe('the programs of the guides, as they are printed there, with the packed package', () => {
  for (const [name, program] of Object.entries(programs))
    it.concurrent(name, async ({ onTestFinished }) => {
      await holds(app, name, program, onTestFinished);
    });
});
