import type { ErrorCode } from '../core/errors.ts';
import { readProblem } from '../core/problem.ts';
import type { ReadProblem } from '../core/status.ts';

/** A failure that Twitch describes in words and whose status says too little: what it is called, means and asks for. */
interface Kind {
  said: RegExp;
  reason: string;
  means: ErrorCode;
  /** `$1` is what the first group of `said` found. */
  advice: string;
}

/** The first that fits counts. Each 401 among them would be the same with a renewed token. */
const kinds: readonly Kind[] = [
  {
    said: /missing (?:required )?scopes?:?\s*([\w:]+)?/i,
    reason: 'missing_scope',
    means: 'PERMISSION',
    advice: 'the token lacks the scope $1; let its user grant it',
  },
  {
    said: /missing user oauth/i,
    reason: 'user_token',
    means: 'PERMISSION',
    advice: 'this needs the token of a user',
  },
  {
    said: /([a-z]{1,20})_id must match|(\w{1,20}) id does not match|incorrect user auth/i,
    reason: 'wrong_user',
    means: 'PERMISSION',
    advice: 'the token belongs to another user; give the $1 id of its own user',
  },
  {
    said: /is not one of the broadcaster's moderators/i,
    reason: 'not_moderator',
    means: 'PERMISSION',
    advice: "the token's user does not moderate this channel",
  },
  {
    said: /invalid client secret|client id\/secret invalid/i,
    reason: 'client_secret',
    means: 'AUTH',
    advice: 'the client secret is refused; look at clientId and clientSecret',
  },
  {
    said: /client[- ]?id|invalid client/i,
    reason: 'client_id',
    means: 'AUTH',
    advice: 'clientId is wrong, or the token was made for another app',
  },
  {
    said: /invalid refresh token/i,
    reason: 'refresh_token',
    means: 'SESSION_EXPIRED',
    advice: 'the refresh token is used up or revoked; let the user sign in again',
  },
];

/** A 400 about a client id or a refresh token comes from id.twitch.tv; any other 400 is about the input. */
const fits = ({ reason }: Kind, status: number): boolean =>
  status === 401 || status === 403 || (status === 400 && /^client|^refresh/.test(reason));

/**
 * Reads what Twitch says of a failure. Helix answers 401 also where no new token helps: `problem.reason` is then `missing_scope`,
 * `user_token`, `wrong_user`, `not_moderator`, `client_id`; of id.twitch.tv it is `client_id`, `client_secret`, `refresh_token`.
 */
export function readTwitchProblem(status: number, headers: Headers, text: string, body: unknown): ReadProblem {
  const problem = readProblem(status, headers, text, body);
  const kind = kinds.find((one) => fits(one, status) && one.said.test(problem.message));
  if (!kind) return problem;
  const [, found, other] = kind.said.exec(problem.message) ?? [];
  const advice = kind.advice.replace('$1', (found ?? other ?? '').toLowerCase()).replace(/ {2,}/, ' ');
  problem.reason = kind.reason;
  return Object.defineProperties(problem, { means: { value: kind.means }, advice: { value: advice } });
}
