import { bearer } from '../core/auth.ts';
import { get, platform, post } from '../core/endpoint.ts';
import { anything, auth, kyc, user, users, verification } from './accounts.ts';
import { fields, id, maybeText, text } from './inputs.ts';
import { advice, limited, list, rates, wire } from './manner.ts';
import { listOf } from './readers.ts';
import { streams } from './streams.ts';
import { payouts, wallet } from './wallet.ts';

/** A report on somebody or something. */
export interface ReportInput {
  targetId: string;
  /** `user`, `stream`, `message`. */
  targetType?: string | undefined;
  reason: string;
  description?: string | undefined;
}

const general = limited('general');

/** What can be asked of the tipping platform. */
export const tipping = platform({
  name: 'tipping',
  auth: bearer(),
  rates,
  advice,
  strictHttps: true,
  verify: 'auth.me',
  endpoints: {
    auth,
    users,
    kyc,
    wallet,
    streams,
    payouts,
    moderation: {
      /** Reports somebody or something. */
      report: post('/moderation/report', {
        ...general,
        wire,
        body: fields<ReportInput>({ targetId: text, targetType: maybeText, reason: text, description: maybeText }),
        response: anything,
      }),
      /** What was reported. For admins. */
      flags: get('/moderation/flags', { ...list, response: listOf('flags', anything) }),
    },
    admin: {
      /** Everybody. For admins. */
      users: get('/admin/users', { ...list, response: listOf('users', user) }),
      /** Approves a verification: `approveKyc(id)`. For admins. */
      approveKyc: post('/admin/kyc/{kycId}/approve', {
        ...general,
        params: id('kycId'),
        response: verification,
        quiet: true,
      }),
      /** Figures of the whole platform. For admins. */
      analytics: get('/admin/analytics/overview', { ...general, response: anything }),
    },
  },
});
