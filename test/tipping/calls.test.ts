import { describe, expect, test } from 'vitest';
import { listEndpoints } from '../../src/core/endpoint.ts';
import { json } from '../../src/mock/answer.ts';
import { tipping } from '../../src/tipping/endpoints.ts';
import { createTipping, createTippingStreams, livePantyStaging, tippingErrors } from '../../src/tipping/index.ts';
import { rates } from '../../src/tipping/manner.ts';
import { files, read } from '../support/source.ts';
import { as, client, platform } from './client.ts';

/** What each of the 32 calls is on the wire, its category and who may ask. */
const documented = `
POST /auth/register auth public
POST /auth/login auth public
POST /auth/logout auth
GET /auth/me general
POST /auth/refresh auth public
GET /users/{userId} general
PATCH /users/{userId} general
GET /users/{userId}/preferences general
PATCH /users/{userId}/preferences general
POST /kyc/submit general
GET /kyc/{kycId}/status general
GET /kyc/verifications general
GET /wallet/balance general
POST /wallet/buy payments
GET /wallet/transactions general
POST /wallet/transfer tipping
GET /streams streaming
POST /streams streaming
GET /streams/{streamId} streaming
PATCH /streams/{streamId} streaming
DELETE /streams/{streamId} streaming
POST /streams/{streamId}/start streaming
POST /streams/{streamId}/join streaming
GET /streams/{streamId}/viewers streaming
GET /streams/{streamId}/tips streaming
POST /payouts/request general
GET /payouts/requests general
POST /moderation/report general
GET /moderation/flags general
GET /admin/users general
POST /admin/kyc/{kycId}/approve general
GET /admin/analytics/overview general`;

describe('the calls', () => {
  test('TP-1 are the 32 of the document, in eight groups, each with its category of TP-15', () => {
    const all = listEndpoints(tipping.endpoints);
    const said = all.map(
      ({ method, path, rate, auth }) => `${method} ${path} ${rate}${auth === false ? ' public' : ''}`,
    );
    expect(said.sort()).toEqual(documented.trim().split('\n').sort());
    expect(Object.keys(tipping.endpoints)).toEqual([
      'auth',
      'users',
      'kyc',
      'wallet',
      'streams',
      'payouts',
      'moderation',
      'admin',
    ]);
  });

  test('TP-1 TP-25 TP-37 each of them works against the mock, for whoever may ask', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    const mira = await as('mira', host);
    const root = await as('root', host);
    const [adaId, miraId] = [host.controls.account('ada').user.id, host.controls.account('mira').user.id];

    expect(await ada.auth.me()).toMatchObject({ username: 'ada', email: 'ada@example.test' });
    const eve = client(host);
    expect(
      await eve.auth.register({
        email: 'eve@example.test',
        password: 'not-a-secret-either',
        displayName: 'Eve',
        dateOfBirth: '1991-02-03',
      }),
    ).toMatchObject({ user: { display_name: 'Eve', date_of_birth: '1991-02-03' } });
    expect(await eve.auth.me()).toMatchObject({ username: 'eve' });
    await eve.auth.refresh();
    await eve.auth.logout();

    expect(await ada.users.get(miraId)).toMatchObject({ username: 'mira' });
    expect(await ada.users.get({ userId: miraId })).not.toHaveProperty('email');
    expect(await ada.users.update(adaId, { bio: 'hello' })).toMatchObject({ bio: 'hello' });
    expect(await ada.users.update({ userId: adaId, patch: { display_name: 'Ada L.' } })).toMatchObject({
      display_name: 'Ada L.',
      bio: 'hello',
    });
    expect(await ada.users.preferences(adaId)).toMatchObject({ language: 'en' });
    expect(await ada.users.updatePreferences(adaId, { language: 'fr' })).toMatchObject({ language: 'fr' });

    const submitted = await ada.kyc.submit({ document_type: 'passport', document_number: 'X1234567' });
    expect(submitted).toMatchObject({ status: 'pending' });
    expect(await ada.kyc.status(submitted.id ?? '')).toEqual(submitted);
    expect((await ada.kyc.verifications()).items).toEqual([submitted]);
    expect(await root.admin.approveKyc(submitted.id ?? '')).toMatchObject({ status: 'approved' });

    expect(await ada.wallet.balance()).toMatchObject({ token_balance: 1500 });
    expect(await ada.wallet.buy({ tokens: 500, currencyCode: 'USD', paymentMethod: 'card' })).toMatchObject({
      tokens: 500,
    });
    expect(
      await ada.wallet.transfer({ toUserId: miraId, tokens: 100, streamId: host.controls.streamId, message: 'hi' }),
    ).toMatchObject({
      tokens: 100,
      stream_id: host.controls.streamId,
      message: 'hi',
      balance: { token_balance: 1900 },
      transaction: { amount_tokens: -100, amount_currency: 1 },
    });
    expect((await ada.wallet.transactions({ transactionType: 'tip_sent' })).items).toMatchObject([
      { amount_tokens: -100 },
    ]);

    expect((await ada.streams.list()).items).toMatchObject([{ status: 'live' }]);
    const made = await mira.streams.create({ title: 'Songs', tags: ['music'] });
    expect(await mira.streams.update(made.id, { title: 'More songs' })).toMatchObject({ title: 'More songs' });
    expect(await mira.streams.start(made.id)).toMatchObject({ id: made.id, status: 'live' });
    expect(await ada.streams.get(made.id)).toMatchObject({ title: 'More songs' });
    expect(await ada.streams.join(made.id)).toMatchObject({ sfu: { signaling_url: expect.any(String) } });
    expect((await ada.streams.viewers({ streamId: made.id })).items).toMatchObject([{ user_id: adaId }]);
    expect((await ada.streams.tips({ streamId: host.controls.streamId })).items).toMatchObject([{ tokens: 100 }]);
    expect(await mira.streams.end(made.id)).toMatchObject({ status: 'ended' });

    expect(await mira.payouts.request({ amountTokens: 50 })).toMatchObject({ status: 'pending' });
    expect((await mira.payouts.requests()).items).toHaveLength(1);
    expect(await ada.moderation.report({ targetId: miraId, reason: 'spam' })).toMatchObject({ status: 'open' });
    expect((await root.moderation.flags()).items).toHaveLength(1);
    expect((await root.admin.users()).total).toBe(host.controls.state.accounts.size);
    expect(await root.admin.analytics()).toMatchObject({ tips: 1 });
    await expect(ada.admin.users()).rejects.toMatchObject({ code: 'PERMISSION', status: 403 });
    const asked = new Set(
      host.arrivals.map(({ method, path }) => `${method} ${path.replace(/\?.*|[0-9a-f]{8}-[0-9a-f-]+/g, '')}`),
    );
    expect(asked.size).toBe(32);
  });

  test('TP-25 a stream ends also where the platform answers with nothing', async () => {
    const host = await platform();
    const mira = await as('mira', host);
    host.instead = ({ method }) => (method === 'DELETE' ? { status: 204, headers: {}, body: '' } : undefined);
    expect(await mira.streams.end(host.controls.streamId)).toBeUndefined();
  });

  test('TP-2 the host must be named, and the address is used as it is given', async () => {
    expect(livePantyStaging).toBe('https://staging-api.livepanty.com/v1');
    // @ts-expect-error without an address
    expect(() => createTipping({})).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    // @ts-expect-error without an address
    expect(() => createTippingStreams({})).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    const host = await platform();
    const lines: string[] = [];
    const logger = { warn: (line: string) => void lines.push(line) };
    await client(host, { baseUrl: host.baseUrl.replace('/v1', ''), logger })
      .streams.list()
      .catch(() => {});
    expect(host.arrivals.at(-1)?.path).toBe('/streams');
    expect(lines).toEqual([]);
    await client(host, { baseUrl: `${host.baseUrl}/`, logger }).streams.list();
    expect(host.arrivals.at(-1)?.path).toBe('/v1/streams');
    expect(lines.join()).toContain('ends with a slash');
  });

  test('TP-3 the token goes with every call but register, login and refresh, and with public lists where there is one', async () => {
    const host = await platform();
    const ada = client(host);
    await ada.streams.list();
    await ada.streams.get(host.controls.streamId);
    await expect(ada.wallet.balance()).rejects.toMatchObject({ code: 'AUTH', sent: 'no', attempts: 0 });
    expect(host.arrivals.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
    await ada.auth.login({ email: 'ada@example.test', password: host.controls.password });
    await ada.auth.refresh();
    await ada.streams.list();
    await ada.streams.get(host.controls.streamId);
    await ada.wallet.balance();
    expect(host.arrivals.slice(2).map(({ headers }) => headers.authorization?.slice(0, 7))).toEqual([
      undefined,
      undefined,
      'Bearer ',
      'Bearer ',
      'Bearer ',
    ]);
  });

  test('TP-4 plain http is refused, in the own network too, unless it is this machine or allowed', () => {
    for (const baseUrl of ['http://tips.test/v1', 'http://10.0.0.5/v1', 'http://tipping/v1'])
      expect(() => createTipping({ baseUrl })).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    for (const baseUrl of ['http://127.0.0.1:8003/v1', 'http://localhost/v1', 'https://tips.test/v1'])
      expect(() => createTipping({ baseUrl })).not.toThrow();
    expect(() => createTipping({ baseUrl: 'http://10.0.0.5/v1', allowInsecure: true })).not.toThrow();
    expect(() => createTippingStreams({ baseUrl: 'http://10.0.0.5/v1' })).toThrow(
      expect.objectContaining({ code: 'CONFIG' }),
    );
  });

  test('TP-21 words that are new to us are no reason to fail, and unknown fields stay', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    host.instead = () =>
      json(200, { id: 'not a uuid', username: 'a', role: 'moderator', status: 'dreaming', level: 7 });
    expect(await ada.auth.me()).toEqual({
      id: 'not a uuid',
      username: 'a',
      role: 'moderator',
      status: 'dreaming',
      level: 7,
    });
    host.instead = () => json(200, { data: { id: 'x', username: 'a' } });
    expect(await ada.auth.me()).toEqual({ id: 'x', username: 'a' });
    host.instead = () => json(200, { user: 'what is this' });
    await expect(ada.auth.me()).rejects.toMatchObject({
      code: 'SCHEMA',
      message: expect.stringContaining('id: invalid_type'),
    });
  });

  test('TP-35 a mistake is found before anything is sent; an odd id is only warned of, once', async () => {
    const host = await platform();
    const lines: string[] = [];
    const ada = await as('ada', host, { logger: { warn: (line) => void lines.push(line) } });
    const before = host.arrivals.length;
    const toUserId = host.controls.account('mira').user.id;
    for (const tokens of [0, -5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])
      await expect(ada.wallet.transfer({ toUserId, tokens })).rejects.toMatchObject({ code: 'VALIDATION', sent: 'no' });
    await expect(ada.wallet.transfer({ toUserId: '', tokens: 5 })).rejects.toMatchObject({ code: 'VALIDATION' });
    for (const purchase of [{ tokens: 1.5 }, { amountTokens: -5 }, { packageId: 7 }, { currencyCode: 978 }]) {
      // @ts-expect-error some are of another type
      const bought = ada.wallet.buy(purchase);
      await expect(bought).rejects.toMatchObject({ code: 'VALIDATION', sent: 'no' });
    }
    await expect(ada.auth.login({ email: '', password: 'x' })).rejects.toMatchObject({ code: 'VALIDATION' });
    // @ts-expect-error the wire's spelling
    await expect(ada.wallet.transfer({ to_user_id: toUserId, tokens: 5 })).rejects.toMatchObject({
      code: 'VALIDATION',
      message: expect.stringContaining('write "toUserId", not "to_user_id"'),
    });
    // @ts-expect-error no patch
    await expect(ada.users.update(toUserId)).rejects.toMatchObject({ code: 'VALIDATION' });
    expect(host.arrivals).toHaveLength(before);
    for (const id of ['mira', 'noor']) await ada.users.get(id).catch(() => {});
    expect(host.arrivals).toHaveLength(before + 2);
    expect(lines.filter((line) => line.includes('userId has not the form of a UUID'))).toHaveLength(1);
  });

  test('TP-44 ids are opaque: whatever they hold, they stay in their segment', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    await ada.users.get('uuid').catch(() => {});
    expect(host.arrivals.at(-1)?.path).toBe('/v1/users/uuid');
    await ada.users.get('a/../b?c').catch(() => {});
    expect(host.arrivals.at(-1)?.path).toBe('/v1/users/a%2F..%2Fb%3Fc');
  });

  test('TP-36 documents go as a form with files or as JSON, and neither they nor the answer reach a log or an error', async () => {
    const host = await platform();
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const ada = await as('ada', host, {
      logger: { debug: write, info: write, warn: write, error: write, body: (text) => text },
    });
    const form = new FormData();
    form.set('document_type', 'passport');
    form.set('scan', new Blob(['pixels'], { type: 'image/png' }), 'scan.png');
    await ada.kyc.submit(form);
    const sent = host.arrivals.at(-1);
    expect(sent?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(sent?.body).toContain('filename="scan.png"');
    expect(sent?.body).toContain('pixels');
    host.instead = ({ path }) =>
      path.includes('/kyc')
        ? json(400, {
            error: 'VALIDATION_ERROR',
            message: 'X-998877 of Fond Grace is unreadable',
            code: 'X',
            details: { field: 'number', value: 'X-998877' },
          })
        : undefined;
    const error = await ada.kyc
      .submit({ number: 'X-998877', holder: { name: 'Fond Grace' } })
      .catch((caught) => caught);
    expect(host.arrivals.at(-1)?.body).toBe('{"number":"X-998877","holder":{"name":"Fond Grace"}}');
    expect(error).toMatchObject({ code: 'VALIDATION' });
    host.instead = () => json(200, { id: 'k', status: 'pending', holder: 'Somebody Else' });
    await ada.kyc.status('k');
    await ada.kyc.submit({ number: 'Y-112233' });
    host.instead = () => json(200, [{ id: 'k', holder: 'Somebody Else' }]);
    await ada.kyc.verifications();
    for (const text of [lines.join(), error.message, error.stack, JSON.stringify(error), String(error.problem.message)])
      for (const secret of ['X-998877', 'Fond Grace', 'Somebody Else', 'pixels']) expect(text).not.toContain(secret);
  });

  test('TP-42 no password, token, card or message of the platform that repeats one is in an error, a log line or telemetry', async () => {
    const host = await platform();
    const heard: string[] = [];
    const write = (line: string) => void heard.push(line);
    const ada = client(host, {
      logger: { debug: write, info: write, warn: write, error: write, body: (text) => text },
      telemetry: (event) => write(JSON.stringify(event)),
    });
    const password = host.controls.password;
    const { access_token, refresh_token = '' } = await ada.auth.login({ email: 'ada@example.test', password });
    const card = '4242 4242 4242 4242';
    host.instead = ({ body, headers }) =>
      json(400, { error: 'VALIDATION_ERROR', message: `refused: ${body} ${headers.authorization}`, code: 'X' });
    const errors = await Promise.all([
      ada.auth.login({ email: 'ada@example.test', password }).catch((error) => error),
      ada.auth.refresh().catch((error) => error),
      ada.wallet.buy({ tokens: 5, paymentMethod: { card: { number: card } }, cvc: '98765' }).catch((error) => error),
    ]);
    for (const error of errors) {
      expect(error.code).toMatch(/VALIDATION|SESSION_EXPIRED/);
      heard.push(
        error.message,
        error.stack,
        JSON.stringify(error),
        String(error.cause?.message),
        JSON.stringify(error.problem ?? ''),
      );
    }
    for (const secret of [password, access_token, refresh_token, card, '98765'])
      expect(heard.join('\n')).not.toContain(secret);
  });

  test('TP-43 nothing here is named after the platform: not the package, not an import', () => {
    expect(read('package.json')).not.toContain('@livepanty');
    expect(files('src').filter((file) => read(file).includes('@livepanty'))).toEqual([]);
  });
});

describe('lists', () => {
  test.each(['array', 'data', 'items', 'results', 'named', 'meta', 'flat', 'cursor'] as const)(
    'TP-33 XS-6 are read however the platform wraps them, to the last item: %s',
    async (lists) => {
      const host = await platform();
      const ada = await as('ada', host);
      for (let index = 1; index <= 7; index += 1) host.controls.tip({ tokens: index });
      host.controls.switches.lists = lists;
      const { streamId } = host.controls;
      const first = await ada.streams.tips({ streamId, limit: 3 });
      expect(first.items[0]).toMatchObject({ tokens: 7 });
      const found: number[] = [];
      for await (const { tokens } of ada.streams.tips.all({ streamId, limit: 3 })) found.push(tokens);
      expect(found).toEqual([7, 6, 5, 4, 3, 2, 1]);
      const some: number[] = [];
      for await (const { tokens } of ada.streams.tips.all({ streamId, limit: 3 }, { max: 4 })) some.push(tokens);
      expect(some).toEqual([7, 6, 5, 4]);
      if (!['array', 'cursor', 'flat'].includes(lists)) expect(first).toMatchObject({ total: 7, page: 1, pages: 3 });
    },
  );

  test('TP-33 say what is wrong where an item cannot be read, and where there is no list', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    host.instead = () => json(200, { data: [{ id: 'a', title: 'b', status: 'live' }, { id: 5 }] });
    await expect(ada.streams.list()).rejects.toMatchObject({
      code: 'SCHEMA',
      message: expect.stringContaining('streams.1.id: invalid_type'),
    });
    host.instead = () => json(200, { message: 'hello' });
    await expect(ada.streams.list()).rejects.toMatchObject({ code: 'SCHEMA' });
    host.instead = () => json(200, { streams: [] });
    expect(await ada.streams.list()).toEqual({ items: [] });
  });

  test('TP-34 are asked for by page and limit, or by the names that an app chose', async () => {
    const host = await platform();
    const ada = await as('ada', host, { paging: { page: 'p', limit: 'per_page' } });
    await ada.wallet.transactions({ page: 2, limit: 10, transactionType: 'fee' });
    expect(host.arrivals.at(-1)?.path).toBe('/v1/wallet/transactions?p=2&per_page=10&transaction_type=fee');
    const plain = await as('ada', host);
    await plain.streams.list({ page: 2, limit: 10, tags: ['music', 'evening'] });
    expect(host.arrivals.at(-1)?.path).toBe('/v1/streams?page=2&limit=10&tags=music&tags=evening');
  });
});

describe('failures', () => {
  const codes = {
    VALIDATION_ERROR: [400, 'VALIDATION'],
    AUTHENTICATION_REQUIRED: [401, 'SESSION_EXPIRED'],
    INSUFFICIENT_BALANCE: [402, 'INSUFFICIENT_BALANCE'],
    STREAM_NOT_FOUND: [404, 'NOT_FOUND'],
    KYC_REQUIRED: [403, 'KYC_REQUIRED'],
    RATE_LIMIT_EXCEEDED: [429, 'RATE_LIMITED'],
    PERMISSION_DENIED: [403, 'PERMISSION'],
  } as const;

  test.each(tippingErrors)(
    'TP-18 TP-19 %s has its code, whichever field names it and whatever the status',
    async (name) => {
      const host = await platform();
      const ada = await as('ada', host, { limiter: false });
      const [status, code] = codes[name];
      const body = {
        error: name,
        message: 'what happened',
        code: 'FINER',
        details: { field: 'email', value: 'typed by hand' },
        timestamp: '2026-01-01T00:00:00Z',
      };
      if (status !== 401) {
        host.instead = () => json(status, body);
        await expect(ada.wallet.balance()).rejects.toMatchObject({
          code,
          status,
          problem: { code: name, subCode: 'FINER', message: 'what happened', timestamp: '2026-01-01T00:00:00Z' },
        });
        host.instead = () => json(409, { ...body, error: 'Conflict', code: name });
        await expect(ada.wallet.balance()).rejects.toMatchObject({ code });
        return;
      }
      host.instead = () => json(401, body);
      await expect(ada.wallet.balance()).rejects.toMatchObject({ code });
    },
  );

  test('TP-19 an unknown name has the code of its status, with everything that was said', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    host.instead = () => json(409, { error: 'MOON_IS_FULL', message: 'try tomorrow', code: 'LUNAR', timestamp: 'now' });
    await expect(ada.wallet.balance()).rejects.toMatchObject({
      code: 'CONFLICT',
      problem: { code: 'MOON_IS_FULL', subCode: 'LUNAR' },
    });
  });

  test('TP-20 what somebody typed is at hand in details, and in no line that is printed', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    host.instead = () =>
      json(400, {
        error: 'VALIDATION_ERROR',
        message: 'no',
        code: 'INVALID',
        details: { field: 'email', value: 'typed by hand' },
      });
    const error = await ada.auth.me().catch((caught) => caught);
    expect(error.problem.details).toEqual({ field: 'email', value: 'typed by hand' });
    expect(JSON.stringify(error) + error.message + error.stack).not.toContain('typed by hand');
  });

  test('TP-37 an admin call sends the same token, and a refusal is PERMISSION', async () => {
    const host = await platform();
    const ada = await as('ada', host);
    await expect(ada.admin.analytics()).rejects.toMatchObject({
      code: 'PERMISSION',
      problem: { code: 'PERMISSION_DENIED' },
    });
    expect(host.arrivals.at(-1)?.headers.authorization).toMatch(/^Bearer /);
  });
});

describe('rates', () => {
  test('TP-15 are the five categories', () => {
    expect(rates).toEqual({
      general: { limit: 1000, per: 3_600_000 },
      streaming: { limit: 100, per: 60_000 },
      payments: { limit: 10, per: 60_000 },
      tipping: { limit: 60, per: 60_000 },
      auth: { limit: 10, per: 60_000 },
    });
  });

  test('TP-15 the eleventh purchase of a minute waits for its turn, or fails at once where it cannot; unless that is switched off', async () => {
    const host = await platform();
    const ada = await as('ada', host, { deadline: 1000 });
    await Promise.all(Array.from({ length: 10 }, () => ada.wallet.buy({ tokens: 1 })));
    const before = host.arrivals.length;
    await expect(ada.wallet.buy({ tokens: 1 })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      sent: 'no',
      retryAfterMs: expect.any(Number),
    });
    expect(host.arrivals).toHaveLength(before);
    expect(ada.rateLimits().payments).toMatchObject({ limit: 10, remaining: 0 });
    await ada.wallet.balance();
    const free = await as('ada', host, { limiter: false, deadline: 1000 });
    for (let index = 0; index < 12; index += 1) await free.wallet.buy({ tokens: 1 });
  });

  test.each([
    ['header', 1, 60_000],
    ['details', 1, 60_000],
    ['body', 1, 60_000],
    ['none', 5_999, 6_001],
  ] as const)(
    'TP-16 a 429 is waited for as long as it says, %s, else for the share of one call',
    async (hint, least, most) => {
      const host = await platform({ rateLimits: true });
      host.controls.switches.rateHint = hint;
      const ada = await as('ada', host, { limiter: false });
      for (let index = 0; index < 10; index += 1) await ada.wallet.buy({ tokens: 1 });
      const error = await ada.wallet.buy({ tokens: 1 }).catch((caught) => caught);
      expect(error).toMatchObject({ code: 'RATE_LIMITED', status: 429, sent: 'yes', attempts: 1 });
      expect(error.retryAfterMs).toBeGreaterThanOrEqual(least);
      expect(error.retryAfterMs).toBeLessThanOrEqual(most);
    },
  );

  test.each([
    ['x-ratelimit-reset', '33', 33_000],
    ['ratelimit-reset', '7', 7_000],
  ])('TP-16 a 429 with %s names a time, too', async (name, reset, wait) => {
    const host = await platform();
    const ada = await as('ada', host, { limiter: false });
    host.instead = () => ({ status: 429, headers: { [name]: reset }, body: '{}' });
    expect(await ada.wallet.balance({}).catch((caught) => caught)).toMatchObject({ retryAfterMs: wait });
    host.instead = undefined;
  });

  test('TP-16 a GET is tried again after a 429, a POST only where the app says so', async () => {
    const host = await platform();
    let refused = 0;
    const ada = await as('ada', host, { retry: 1 });
    host.instead = () =>
      refused++ % 2 === 0
        ? json(429, { error: 'RATE_LIMIT_EXCEEDED', message: 'slow', code: 'X', details: { retry_after: 0.01 } })
        : undefined;
    await ada.wallet.balance();
    await expect(ada.moderation.report({ targetId: 'x', reason: 'spam' })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    });
    refused = 1;
    const bold = await as('ada', host, { retry: { limit: 1, refused: true } });
    refused = 0;
    expect(await bold.moderation.report({ targetId: 'x', reason: 'spam' })).toMatchObject({ status: 'open' });
  });
});
