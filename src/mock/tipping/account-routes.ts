import { type Answer, json } from '../answer.ts';
import { refusal } from './failure.ts';
import { type Handler, me, textIn } from './handler.ts';
import type { Account } from './state.ts';

const none: Answer = { status: 204, headers: {}, body: '' };

const known = (accounts: Iterable<Account>, body: Readonly<Record<string, unknown>>): Account | undefined => {
  for (const account of accounts) {
    const { email, username } = account.user;
    if (body.email === email || (body.username === username && body.email === undefined)) return account;
  }
  return undefined;
};

/** Accounts and sessions. */
export const accountRoutes: Readonly<Record<string, Handler>> = {
  'auth.register'(visitor, { state, sessions, switches }) {
    const { body } = visitor;
    const email = textIn(visitor, 'email');
    const password = textIn(visitor, 'password');
    if (!email.includes('@'))
      throw refusal('VALIDATION_ERROR', { code: 'INVALID_EMAIL_FORMAT', details: { field: 'email', value: email } });
    if (known(state.accounts.values(), { email }))
      throw refusal('VALIDATION_ERROR', { status: 409, code: 'EMAIL_TAKEN', details: { field: 'email' } });
    const given = ['username', 'display_name', 'country', 'date_of_birth', 'role'].flatMap((name) =>
      typeof body[name] === 'string' ? [[name, body[name]]] : [],
    );
    const { user } = state.open(email, password, Object.fromEntries(given));
    return json(201, switches.registerSignsIn ? { user, ...sessions.begin(user.id) } : user);
  },
  'auth.login'(visitor, { state, sessions }) {
    const password = textIn(visitor, 'password');
    const account = known(state.accounts.values(), visitor.body);
    if (account?.password !== password)
      throw refusal('AUTHENTICATION_REQUIRED', { code: 'INVALID_CREDENTIALS', message: 'Email or password is wrong' });
    return json(200, { ...sessions.begin(account.user.id), user: account.user });
  },
  'auth.logout'({ family }, { sessions }) {
    if (family) sessions.end(family);
    return none;
  },
  'auth.me': (visitor) => json(200, me(visitor).user),
  'auth.refresh': (visitor, { sessions }) => json(200, sessions.refresh(textIn(visitor, 'refresh_token'))),
};
