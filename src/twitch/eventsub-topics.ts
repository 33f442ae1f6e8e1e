import type { TwitchTipKind } from './eventsub-kinds.ts';

/** A type of events to subscribe to, where its name does not say all. */
export interface TwitchTopic {
  /** e.g. `channel.follow`. */
  type: string;
  /** @default the one that this library knows, else '1' */
  version?: string | undefined;
  /** In the wire's words. @default { broadcaster_user_id } */
  condition?: Readonly<Record<string, string>> | undefined;
}

/** One subscription that is wanted. */
export interface Topic {
  /** The same for the same subscription. */
  key: string;
  type: string;
  version: string;
  condition: Readonly<Record<string, string>>;
}

/**
 * The types of events behind each kind of tips. A cheer comes as both types of bits: it is read from the first, which tells
 * unnamed people from others for sure, and everything else from the second.
 */
const kinds: Readonly<Record<TwitchTipKind, readonly string[]>> = {
  bits: ['channel.cheer', 'channel.bits.use'],
  subscriptions: ['channel.subscribe'],
  gifts: ['channel.subscription.gift'],
  resubs: ['channel.subscription.message'],
  charity: ['channel.charity_campaign.donate'],
};

/** What `tips()` includes where nobody says what; money for a charity is not the streamer's. */
const usual: readonly TwitchTipKind[] = ['bits', 'subscriptions', 'gifts', 'resubs'];

/** What `events()` shows where nobody says what. */
export const usualTypes: readonly string[] = [
  ...usual.flatMap((kind) => kinds[kind]),
  'channel.hype_train.begin',
  'channel.hype_train.progress',
  'channel.hype_train.end',
];

/** The types behind `include`. */
export const typesOf = (include: readonly TwitchTipKind[] = usual): string[] => include.flatMap((kind) => kinds[kind]);

/** The versions that are not 1. */
const versions: readonly [RegExp, string][] = [[/^channel\.(hype_train\.|update$|follow$|moderate$)/, '2']];

/** What has to be asked for, for one broadcaster. */
export function topicOf(given: string | TwitchTopic, broadcasterId: string): Topic {
  const { type, version, condition } = typeof given === 'string' ? { type: given } : { ...given };
  const known = versions.find(([types]) => types.test(type))?.[1] ?? '1';
  const topic = { type, version: version ?? known, condition: condition ?? { broadcaster_user_id: broadcasterId } };
  const where = Object.entries(topic.condition).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...topic, key: JSON.stringify([topic.type, topic.version, where]) };
}

const scopes: readonly [RegExp, string][] = [
  [/^channel\.(cheer|bits\.|custom_power_up_)/, 'bits:read'],
  [/^channel\.subscri/, 'channel:read:subscriptions'],
  [/^channel\.charity_/, 'channel:read:charity'],
  [/^channel\.hype_train\./, 'channel:read:hype_train'],
];

/** The scope that a type of events needs, where this library knows. */
export const scopeOf = (type: string): string | undefined => scopes.find(([types]) => types.test(type))?.[1];
