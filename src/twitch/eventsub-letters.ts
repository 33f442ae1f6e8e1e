import { type ErrorCode, isTipstreamError, TipstreamError, type TipstreamErrorInit } from '../core/errors.ts';
import { appTokenError } from './eventsub-kinds.ts';
import { scopeOf, type Topic } from './eventsub-topics.ts';

const letter = (code: ErrorCode, text: string, fatal: boolean, more?: Partial<TipstreamErrorInit>): TipstreamError =>
  new TipstreamError({
    ...more,
    code,
    platform: 'twitch',
    endpoint: 'eventsub',
    message: `twitch eventsub: ${text}`,
    fatal,
  });

/** A list in a sentence: `a, b and c`. */
const listed = (words: readonly string[]): string => words.join(', ').replace(/, ([^,]*)$/, ' and $1');

/** One subscription that was refused, and why. */
export interface Refusal {
  topic: Topic;
  error: TipstreamError;
}

const isPermission = ({ error: { status } }: Refusal): boolean => status === 401 || status === 403;

const scopesOf = (refusals: readonly Refusal[]): string[] => [
  ...new Set(refusals.filter(isPermission).flatMap(({ topic }) => scopeOf(topic.type) ?? [])),
];

/** What is said of refusals, once for each scope that is missing; the stream goes on without these types. */
export function refusalLetters(refusals: readonly Refusal[]): TipstreamError[] {
  const byScope = scopesOf(refusals).map((scope) => {
    const of = refusals.filter((one) => isPermission(one) && scopeOf(one.topic.type) === scope);
    const { status, problem } = of[0]?.error ?? {};
    const types = listed(of.map(({ topic }) => topic.type));
    const text = `${status}, no ${types}: the token lacks the scope ${scope}, or is not the broadcaster's; let the broadcaster authorise the app with it`;
    return letter('PERMISSION', text, false, { status, problem });
  });
  const others = refusals.filter((one) => !isPermission(one) || !scopeOf(one.topic.type));
  return [
    ...byScope,
    ...others.map(({ topic, error: { code, status, problem, message } }) =>
      letter(code, `no ${topic.type}: ${message}`, false, { status, problem }),
    ),
  ];
}

/** Nothing could be subscribed to, so nothing will ever come. */
export function nothingLeft(refusals: readonly Refusal[]): TipstreamError {
  const scopes = scopesOf(refusals);
  const first = refusals[0]?.error;
  const { status, problem } = first ?? {};
  if (scopes.length > 0)
    return letter(
      'PERMISSION',
      `${status}, nothing could be subscribed to; let the broadcaster authorise the app with the scope ${listed(scopes)}`,
      true,
      { status, problem },
    );
  const text = first ? `nothing could be subscribed to: ${first.message}` : 'every subscription was taken away';
  return letter(first?.code ?? 'PERMISSION', text, true, { status, problem });
}

/** Whose tips they are could not be found out. */
export const noUserLetter = (login: string | undefined): TipstreamError =>
  login === undefined
    ? appTokenError()
    : letter('NOT_FOUND', 'there is no user with this login; look at the option login', true);

/** A word of the wire that may be repeated; whatever else stands in its place may be a secret, or a book. */
const word = (said: string): string => (/^[a-z_.]{1,60}$/.test(said) ? said : 'unknown');

/** What is said of a subscription that was taken away. */
export function revokedLetter(said: string, status: string): TipstreamError {
  const type = word(said);
  switch (status) {
    case 'authorization_revoked':
      return letter(
        'AUTH',
        `no ${type}: the authorisation was revoked, or the password changed; let the broadcaster authorise the app again`,
        false,
      );
    case 'user_removed':
      return letter('NOT_FOUND', `no ${type}: the user of this subscription does not exist any more`, false);
    case 'version_removed':
      return letter('UPSTREAM', `no ${type}: Twitch took this version of it away; update tipstream`, false);
    default:
      return letter('UPSTREAM', `no ${type}: Twitch took the subscription away (${word(status)})`, false);
  }
}

/** The address of a hand-over leads elsewhere. */
export const elsewhereLetter = (): TipstreamError =>
  letter('UPSTREAM', 'the reconnect address is at another host; a new session is made', false, {
    retryable: true,
  });

/** Somebody sent over a socket that only listens. */
export const spokeLetter = (): TipstreamError =>
  letter(
    'SOCKET',
    '4001, something was sent over a socket that only listens; look at your WebSocket, or report it',
    true,
  );

/** What is not known yet, as an error. */
export const unknownLetter = (cause: unknown): TipstreamError =>
  isTipstreamError(cause) ? cause : letter('UPSTREAM', 'a subscription could not be made', false, { retryable: true });
