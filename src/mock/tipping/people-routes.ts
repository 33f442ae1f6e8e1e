import { json } from '../answer.ts';
import { refusal } from './failure.ts';
import { accountOf, type Handler, me, textIn } from './handler.ts';
import { pageOf } from './lists.ts';
import type { Account } from './state.ts';

/** A profile as others see it. */
const shown = (account: Account, viewer: Account) => {
  const { email, ...rest } = account.user;
  return account === viewer || viewer.user.role === 'admin' ? { ...rest, email } : rest;
};

const own = (account: Account, viewer: Account): Account => {
  if (account === viewer || viewer.user.role === 'admin') return account;
  throw refusal('PERMISSION_DENIED');
};

/** Profiles, verification, moderation and what only admins see. */
export const peopleRoutes: Readonly<Record<string, Handler>> = {
  'users.get': (visitor, { state }) => json(200, shown(accountOf(state, visitor.visit.params.userId), me(visitor))),
  'users.update'(visitor, { state }) {
    const account = own(accountOf(state, visitor.visit.params.userId), me(visitor));
    const { id, role, status, created_at, ...patch } = visitor.body;
    Object.assign(account.user, patch);
    return json(200, account.user);
  },
  'users.preferences': (visitor, { state }) =>
    json(200, own(accountOf(state, visitor.visit.params.userId), me(visitor)).preferences),
  'users.updatePreferences'(visitor, { state }) {
    const account = own(accountOf(state, visitor.visit.params.userId), me(visitor));
    Object.assign(account.preferences, visitor.body);
    return json(200, account.preferences);
  },
  'kyc.submit'(visitor, { state }) {
    const verification = { id: state.makeId(), status: 'pending', created_at: state.now() };
    me(visitor).verifications.push(verification);
    return json(201, verification);
  },
  'kyc.status'(visitor) {
    const found = me(visitor).verifications.find(({ id }) => id === visitor.visit.params.kycId);
    if (!found)
      throw refusal('VALIDATION_ERROR', {
        status: 404,
        code: 'KYC_NOT_FOUND',
        message: 'There is no such verification',
      });
    return json(200, found);
  },
  'kyc.verifications': (visitor, { switches }) =>
    pageOf(me(visitor).verifications, visitor.visit.url.searchParams, 'verifications', switches.lists),
  'moderation.report'(visitor, { state }) {
    const report = {
      id: state.makeId(),
      status: 'open',
      created_at: state.now(),
      target_id: textIn(visitor, 'target_id'),
      reason: textIn(visitor, 'reason'),
    };
    state.reports.push(report);
    return json(201, report);
  },
  'moderation.flags': ({ visit }, { state, switches }) =>
    pageOf(state.reports, visit.url.searchParams, 'flags', switches.lists),
  'admin.users': ({ visit }, { state, switches }) =>
    pageOf(
      [...state.accounts.values()].map(({ user }) => user),
      visit.url.searchParams,
      'users',
      switches.lists,
    ),
  'admin.approveKyc'({ visit }, { state }) {
    for (const { verifications } of state.accounts.values())
      for (const each of verifications)
        if (each.id === visit.params.kycId) return json(200, Object.assign(each, { status: 'approved' }));
    throw refusal('VALIDATION_ERROR', { status: 404, code: 'KYC_NOT_FOUND', message: 'There is no such verification' });
  },
  'admin.analytics': (_visitor, { state }) =>
    json(200, {
      users: state.accounts.size,
      streams: state.streams.size,
      tips: state.tips.length,
      tokens: state.tips.reduce((sum, { tokens }) => sum + tokens, 0),
    }),
};
