/**
 * Writes `docs/postman.json`, a Postman collection of the tipping platform, from the declarations of its endpoints: signing in and out,
 * every call, the seven failures and the limits. `node --conditions=tipstream-source scripts/postman.ts && biome check --write docs/postman.json`
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Endpoint, listEndpoints } from '../src/core/endpoint.ts';
import { prepare } from '../src/core/prepare.ts';
import { tipping } from '../src/tipping/endpoints.ts';
import { isRate, rates } from '../src/tipping/manner.ts';
import { livePantyStaging } from '../src/tipping/names.ts';

/** What each call is given; `{{...}}` are the collection's variables. */
const inputs: Readonly<Record<string, unknown>> = {
  'auth.register': { email: '{{newEmail}}', password: '{{password}}', displayName: 'Somebody New', country: 'US' },
  'auth.login': { email: '{{viewerEmail}}', password: '{{password}}' },
  'auth.refresh': { refreshToken: '{{refreshToken}}' },
  'auth.logout': { refreshToken: '{{refreshToken}}' },
  'users.get': '{{performerId}}',
  'users.update': { userId: '{{viewerId}}', patch: { bio: 'hello' } },
  'users.preferences': '{{viewerId}}',
  'users.updatePreferences': { userId: '{{viewerId}}', patch: { language: 'en' } },
  'kyc.submit': { document_type: 'passport' },
  'kyc.status': '{{kycId}}',
  'kyc.verifications': { page: 1, limit: 20 },
  'wallet.buy': { tokens: 100, currencyCode: 'USD', paymentMethod: 'card' },
  'wallet.transactions': { page: 1, limit: 20 },
  'wallet.transfer': {
    toUserId: '{{performerId}}',
    tokens: 10,
    streamId: '{{streamId}}',
    message: 'hello',
    isPrivate: false,
  },
  'streams.list': { page: 1, limit: 20 },
  'streams.create': { title: 'An evening', tags: ['music'] },
  'streams.get': '{{streamId}}',
  'streams.update': { streamId: '{{streamId}}', patch: { title: 'A longer evening' } },
  'streams.end': '{{streamId}}',
  'streams.start': '{{streamId}}',
  'streams.join': '{{streamId}}',
  'streams.viewers': { streamId: '{{streamId}}', page: 1, limit: 20 },
  'streams.tips': { streamId: '{{streamId}}', page: 1, limit: 20 },
  'payouts.request': { amountTokens: 5, method: 'bank' },
  'payouts.requests': { page: 1, limit: 20 },
  'moderation.report': { targetId: '{{performerId}}', targetType: 'user', reason: 'spam' },
  'moderation.flags': { page: 1, limit: 20 },
  'admin.users': { page: 1, limit: 20 },
  'admin.approveKyc': '{{kycId}}',
};

type Person = 'viewer' | 'performer' | 'admin';

/** Whose call it is, where it is not a viewer's. */
const personOf = (name: string): Person =>
  /^(admin\.|moderation\.flags)/.test(name)
    ? 'admin'
    : /^(streams\.(create|update|start|end)|payouts\.)/.test(name)
      ? 'performer'
      : 'viewer';

const script = (...exec: string[]) => ({ event: [{ listen: 'test', script: { type: 'text/javascript', exec } }] });
const keep = (variable: string, path: string): string =>
  `pm.collectionVariables.set('${variable}', pm.response.json().${path});`;
const says = (status: number): string => `pm.test('is ${status}', () => pm.response.to.have.status(${status}));`;
const works = `pm.test('works', () => pm.expect(pm.response.code).to.be.below(300));`;

/** What later requests need of an answer. */
const kept: Readonly<Record<string, string>> = {
  'auth.refresh': [keep('viewerToken', 'access_token'), keep('refreshToken', 'refresh_token')].join(' '),
  'streams.create': keep('streamId', 'id'),
  'kyc.submit': keep('kycId', 'id'),
};

interface More {
  name?: string;
  input?: unknown;
  /** Nobody: without a token. */
  person?: Person | 'nobody';
  tests?: string[];
  note?: string;
  values?: Readonly<Record<string, string>>;
}

const bearer = (person: Person) => ({
  type: 'bearer',
  bearer: [{ key: 'token', value: `{{${person}Token}}`, type: 'string' }],
});

/** One request of the collection, spelled as the client itself would. */
function request(endpoint: Endpoint<never>, more: More = {}) {
  const { name, method, path, rate, auth, idempotent } = endpoint;
  const { person = auth === false ? 'nobody' : personOf(name), note = '', tests = [works, kept[name] ?? ''] } = more;
  const { params, query, body } = prepare(
    endpoint,
    more.input ?? inputs[name] ?? {},
    (text) => new Error(`${name}: ${text}`),
    () => {},
  );
  const segments = path.slice(1).split('/');
  const filled = segments.map((segment) =>
    segment.replace(/\{(\w+)\}/, (_, key) => more.values?.[key] ?? params[key] ?? ''),
  );
  const limit = isRate(rate) ? rates[rate] : undefined;
  const about = limit ? `Category "${rate}": ${limit.limit} calls ${limit.per > 60_000 ? 'an hour' : 'a minute'}.` : '';
  return {
    name: more.name ?? name,
    request: {
      method,
      auth: person === 'nobody' ? { type: 'noauth' } : bearer(person),
      header: [
        ...(typeof body === 'string' ? [{ key: 'Content-Type', value: 'application/json' }] : []),
        ...(typeof idempotent === 'string' ? [{ key: idempotent, value: '{{$guid}}' }] : []),
      ],
      url: {
        raw: `{{baseUrl}}/${filled.join('/')}${query.length ? `?${query.map((pair) => pair.join('=')).join('&')}` : ''}`,
        host: ['{{baseUrl}}'],
        path: filled,
        ...(query.length && { query: query.map(([key, value]) => ({ key, value })) }),
      },
      ...(typeof body === 'string' && { body: { mode: 'raw', raw: body, options: { raw: { language: 'json' } } } }),
      description: [note, about].filter(Boolean).join(' '),
    },
    ...script(...tests.filter(Boolean)),
  };
}

/** The collection. */
export function collection() {
  const endpoints = listEndpoints(tipping.endpoints);
  const find = (name: string): Endpoint<never> => {
    const found = endpoints.find((endpoint) => endpoint.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  };
  const group = (name: string, ...without: string[]) =>
    endpoints
      .filter((each) => each.name.startsWith(`${name}.`) && !without.includes(each.name))
      .map((each) => request(each));
  const signIn = (person: Person) =>
    request(find('auth.login'), {
      name: `sign in as ${person}`,
      input: { email: `{{${person}Email}}`, password: '{{password}}' },
      tests: [
        works,
        keep(`${person}Token`, 'access_token'),
        keep(`${person}Id`, 'user.id'),
        ...(person === 'viewer' ? [keep('refreshToken', 'refresh_token')] : []),
      ],
    });
  const refused = (status: number, error: string, name: string, more: More) =>
    request(find(name), {
      ...more,
      name: error,
      tests: [says(status), `pm.test('says so', () => pm.expect(pm.response.json().error).to.eql('${error}'));`],
    });
  return {
    info: {
      name: 'tipstream: the tipping platform',
      description:
        'Made from the endpoint declarations of tipstream by scripts/postman.ts. Run it from top to bottom: what a request needs of an earlier one is kept in variables. Against the mock: `npx tipstream-mock`, and baseUrl http://127.0.0.1:8003/v1.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    variable: Object.entries({
      baseUrl: livePantyStaging,
      password: 'not-a-secret-password',
      viewerEmail: 'ada@example.test',
      performerEmail: 'mira@example.test',
      unverifiedEmail: 'noor@example.test',
      adminEmail: 'root@example.test',
      newEmail: 'somebody-new@example.test',
    }).map(([key, value]) => ({ key, value })),
    item: [
      {
        name: 'Signing in',
        item: [
          request(find('auth.register')),
          ...(['viewer', 'performer', 'admin'] as const).map(signIn),
          request(find('auth.refresh')),
          request(find('auth.me')),
        ],
      },
      {
        name: 'Streams',
        item: ['create', 'start', 'list', 'get', 'update', 'join', 'viewers'].map((name) =>
          request(find(`streams.${name}`)),
        ),
      },
      { name: 'Wallet', item: [...group('wallet'), request(find('streams.tips'))] },
      { name: 'Users', item: group('users') },
      { name: 'Verification', item: [...group('kyc'), request(find('admin.approveKyc'))] },
      { name: 'Payouts', item: group('payouts') },
      { name: 'Moderation', item: group('moderation') },
      { name: 'Admin', item: group('admin', 'admin.approveKyc') },
      {
        name: 'Failures',
        item: [
          refused(400, 'VALIDATION_ERROR', 'auth.register', { input: { email: 'invalid-email', password: 'x' } }),
          refused(401, 'AUTHENTICATION_REQUIRED', 'auth.me', { person: 'nobody' }),
          refused(402, 'INSUFFICIENT_BALANCE', 'wallet.transfer', {
            input: { toUserId: '{{performerId}}', tokens: 1_000_000 },
          }),
          refused(404, 'STREAM_NOT_FOUND', 'streams.get', { input: 'nowhere' }),
          request(find('auth.login'), {
            name: 'sign in unverified',
            input: { email: '{{unverifiedEmail}}', password: '{{password}}' },
            tests: [works, keep('viewerToken', 'access_token')],
          }),
          refused(403, 'KYC_REQUIRED', 'streams.create', { person: 'viewer' }),
          refused(403, 'PERMISSION_DENIED', 'admin.users', { person: 'viewer' }),
        ],
      },
      {
        name: 'Limits',
        item: [
          request(find('auth.login'), {
            name: 'RATE_LIMIT_EXCEEDED',
            note: 'Run it eleven times in a minute: the eleventh answer is 429, and says how long to wait.',
            tests: [`pm.test('works, or says when', () => pm.expect([200, 429]).to.include(pm.response.code));`],
          }),
        ],
      },
      { name: 'Signing out', item: [request(find('streams.end')), request(find('auth.logout'))] },
    ],
  };
}

if (import.meta.main)
  writeFileSync(join(import.meta.dirname, '../docs/postman.json'), `${JSON.stringify(collection(), undefined, 2)}\n`);
