import { configError, type TipstreamError } from '../core/errors.ts';
import { isWire, textOf } from '../stream/tip-wire.ts';
import type { TwitchTopic } from './eventsub-topics.ts';

/** What counts as a tip: everything given in bits; new subscriptions; subscriptions for others; renewed ones; money for a charity. */
export type TwitchTipKind = 'bits' | 'subscriptions' | 'gifts' | 'resubs' | 'charity';

const kinds: readonly TwitchTipKind[] = ['bits', 'subscriptions', 'gifts', 'resubs', 'charity'];

/** @throws TipstreamError `CONFIG` for what is no kind of tip */
export function checkKinds(include: readonly TwitchTipKind[] | undefined): void {
  const unknown = include?.find((kind) => !kinds.includes(kind));
  if (unknown !== undefined || include?.length === 0)
    throw configError('twitch', `include: ${unknown ?? 'nothing'} is no kind of tip; ${kinds.join(', ')} are`);
}

/** @throws TipstreamError `CONFIG` for what names no type of events */
export function checkTypes(types: readonly (string | TwitchTopic)[] | undefined): void {
  const good = Array.isArray(types) && types.length > 0 && types.every((one) => textOf(isWire(one) ? one.type : one));
  if (types !== undefined && !good)
    throw configError('twitch', "types: give a list, e.g. ['channel.cheer'], or leave it out");
}

/** Sockets of EventSub take the tokens of users. */
export const appTokenError = (): TipstreamError =>
  configError(
    'twitch',
    "sockets of EventSub take the token of a user, and this is an app's; give createTwitch the broadcaster's, or bring webhooks to push()",
  );
