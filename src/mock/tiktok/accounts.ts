import { json } from '../answer.ts';
import { type Handler, textIn } from './handler.ts';
import { detail, invalid } from './refusal.ts';
import type { MockAccount, MockKey } from './state.ts';

/** What others may know of an account. */
const shown = ({ password: _, ...account }: MockAccount) => account;
const info = ({ key, ...rest }: MockKey) => ({ ...rest, key_preview: `${key.slice(0, 9)}...` });

/** Accounts and keys. */
export const accountHandlers: Readonly<Record<string, Handler>> = {
  'auth.register'(visitor, { state, switches }) {
    const [username, email, password] = ['username', 'email', 'password'].map((field) => textIn(visitor, field));
    if (!username) return invalid(switches.invalid, 'body', 'username');
    if (!email) return invalid(switches.invalid, 'body', 'email');
    if (!password) return invalid(switches.invalid, 'body', 'password');
    if (state.accounts.has(username)) return detail(400, 'Username already exists');
    const role = textIn(visitor, 'role') ?? 'user';
    const account: MockAccount = { id: state.id('user'), username, email, role, password };
    state.accounts.set(username, account);
    return json(201, { message: 'User registered successfully', user: { ...shown(account), created_at: state.now() } });
  },
  'auth.login'(visitor, { state, clock }) {
    const account = state.accounts.get(textIn(visitor, 'username') ?? '');
    if (!account || account.password !== textIn(visitor, 'password'))
      return detail(401, 'Invalid username or password');
    const access_token = state.id('mock-token');
    state.tokens.set(access_token, { account, until: clock.now() + 3_600_000 });
    return json(200, { access_token, token_type: 'bearer', expires_in: 3600, user: shown(account) });
  },
  'auth.listApiKeys': (_, { state }) => json(200, { api_keys: state.keys.map(info), total: state.keys.length }),
  'auth.generateApiKey'(visitor, { state, switches }) {
    const name = textIn(visitor, 'name');
    const { permissions } = visitor.body;
    if (!name) return invalid(switches.invalid, 'body', 'name');
    if (!Array.isArray(permissions)) return invalid(switches.invalid, 'body', 'permissions');
    const key: MockKey = {
      id: state.id('key'),
      name,
      key: `pk_${state.id('mock')}`,
      permissions: permissions.map(String),
      created_at: state.now(),
      expires_at: textIn(visitor, 'expires_at') ?? null,
    };
    state.keys.push(key);
    const warning = 'This is the only time the full API key will be shown. Store it securely.';
    return json(201, { api_key: key.key, key_info: info(key), warning });
  },
};
