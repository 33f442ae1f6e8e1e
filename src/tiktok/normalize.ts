import { hasFlag } from '../core/anonymous.ts';
import { readTimestamp } from '../core/timestamp.ts';
import type { TipEvent } from '../stream/tip-event.ts';
import {
  anonymous,
  type Invalid,
  invalid,
  isWire,
  type ReadContext,
  type TipContext,
  textOf,
  tipFrom,
  type Wire,
} from '../stream/tip-wire.ts';
import { webAddress } from './avatars/profile-page.ts';
import type { Comment } from './schemas/live.ts';

/** One frame of a gift, wherever its fields stood. */
export interface Gift {
  /** It comes several times with a growing count, and once more at the end (TT-46). */
  streak: boolean;
  /** It is the last of its streak. */
  ended: boolean;
  /** How many, so far. */
  count: number;
  /** Diamonds for one. */
  each: number;
  name: string;
  giftId: string | number | undefined;
  /** What all frames of a streak have in common. */
  groupId: string | undefined;
  /** Of this frame. */
  msgId: string | undefined;
  /** Unix time in milliseconds. */
  at: number | undefined;
  userId: string | undefined;
  uniqueId: string;
  nickname: string;
  avatarUrl: string | undefined;
  /** Of several guests on stage the one it is for. */
  receiverUserId: string | undefined;
  /** Whoever gives it asked to stay unnamed. */
  hidden: boolean;
}

const part = (value: unknown): Wire => (isWire(value) ? value : {});

/** An id, exact: a number beyond 2^53 was rounded by whoever parsed it, and may be another's (TT-52). */
export function exactId(value: unknown): string | undefined {
  const id = typeof value === 'bigint' || Number.isSafeInteger(value) ? String(value) : value;
  return typeof id === 'string' && id !== '' && id.length <= 64 ? id : undefined;
}

/** An id of TikTok's, which are never 0: that stands for none. */
const realId = (value: unknown): string | undefined => {
  const id = exactId(value);
  return id === '0' ? undefined : id;
};

/** A whole or broken number from 0 on, also as text. */
const amountOf = (value: unknown): number | undefined => {
  const amount =
    typeof value === 'bigint' || (typeof value === 'string' && /^\d+$/.test(value)) ? Number(value) : value;
  return typeof amount === 'number' && amount >= 0 && amount < Number.POSITIVE_INFINITY ? amount : undefined;
};

/** What a frame calls itself. */
const kindOf = (frame: Wire): unknown => frame.event ?? frame.type;

/** The gift in a frame, in whatever envelope it came; `undefined` where there is none. */
function giftPart(frame: unknown): Wire | undefined {
  if (!isWire(frame)) return undefined;
  const kind = kindOf(frame);
  const inner = isWire(frame.data) ? frame.data : frame;
  if (typeof kind === 'string') return kind.toLowerCase() === 'gift' ? inner : undefined;
  const named = ['giftId', 'giftName', 'giftType', 'diamondCount', 'giftDetails', 'gift'].some((name) => name in inner);
  return named ? inner : undefined;
}

const pictureOf = (user: Wire, data: Wire): string | undefined => {
  const { profilePicture } = user;
  const list = part(profilePicture).url ?? part(profilePicture).urls ?? part(user.avatarThumb).urlList;
  const first = Array.isArray(list) ? list[0] : undefined;
  const said = user.profilePictureUrl ?? data.profilePictureUrl ?? user.avatar_url ?? first ?? profilePicture;
  return webAddress(said);
};

/** Reads a frame of a gift in any of the shapes that are known (TT-48); `undefined` for what is no gift. */
export function readGift(frame: unknown): Gift | Invalid | undefined {
  const data = giftPart(frame);
  if (!data) return isWire(frame) ? undefined : invalid('wrong type for event');
  const [gift, details, extended, common] = [data.gift, data.giftDetails, data.extendedGiftInfo, data.common].map(
    part,
  ) as [Wire, Wire, Wire, Wire];
  const user = isWire(data.user) ? data.user : data;
  const said =
    data.diamondCount ?? details.diamondCount ?? gift.diamond_count ?? gift.diamondCount ?? extended.diamond_count;
  const each = amountOf(said);
  if (each === undefined)
    return said == null ? invalid('amount missing', 'diamondCount') : invalid('wrong type for amount', 'diamondCount');
  const many = data.repeatCount ?? data.repeat_count ?? gift.repeat_count ?? gift.repeatCount ?? 1;
  const count = amountOf(many);
  // More diamonds than a number holds were never given.
  if (count === undefined || !(count * each <= Number.MAX_SAFE_INTEGER))
    return invalid('wrong type for amount', 'repeatCount');
  const kind = data.giftType ?? gift.gift_type ?? details.giftType ?? gift.type ?? gift.giftType ?? extended.type;
  const end = data.repeatEnd ?? data.repeat_end ?? gift.repeat_end ?? gift.repeatEnd;
  const giftId = data.giftId ?? data.gift_id ?? details.id ?? gift.gift_id ?? gift.id;
  return {
    streak: amountOf(kind) === 1,
    ended: end === true || end === 'true' || amountOf(end) === 1,
    count: count || 1,
    each,
    name: textOf(data.giftName ?? details.giftName ?? gift.name ?? extended.name),
    giftId: Number.isSafeInteger(giftId) ? (giftId as number) : realId(giftId),
    groupId: realId(data.groupId ?? data.group_id),
    msgId: realId(data.msgId ?? data.msg_id ?? common.msgId ?? common.msg_id),
    // 0 stands for none, and no gift is of a time that no calendar has.
    at: [data.createTime, data.timestamp, common.createTime, common.create_time]
      .map(readTimestamp)
      .find((at) => at && at <= 8.64e15),
    userId: realId(user.userId ?? user.id ?? user.user_id),
    uniqueId: textOf(user.uniqueId ?? user.unique_id ?? user.displayId),
    nickname: textOf(user.nickname ?? user.nickName),
    avatarUrl: pictureOf(user, data),
    receiverUserId: realId(data.receiverUserId ?? part(data.toUser).userId ?? part(data.to_user).id),
    hidden: hasFlag(data) || hasFlag(user),
  };
}

/** The tip that a gift is, or the part of its streak that was not paid before (TT-51). */
export function tipOfGift(gift: Gift, context: ReadContext, paid = 0): TipEvent {
  const { count, each, name, giftId, groupId, msgId, userId, receiverUserId, hidden, avatarUrl } = gift;
  const { channel, receivedAt } = context;
  // The same for whoever saw another part of the streak: what was paid before tells its parts apart. Whoever stays unnamed is in no id.
  const streak = gift.streak && groupId && userId && !hidden ? `${userId}-${giftId ?? ''}-${groupId}` : undefined;
  const known = streak && streak.length <= 64 ? streak : msgId;
  const id = `${known ?? context.id}${paid > 0 ? `+${paid}` : ''}`;
  const room = channel && channel.length <= 40 ? channel : '-';
  const tip: TipEvent = {
    platform: 'tiktok',
    amount: each * (count - paid),
    tipper: (!hidden && (gift.uniqueId || gift.nickname)) || anonymous,
    message: name,
    timestamp: (gift.at ?? receivedAt) / 1000,
    id: `tiktok:${room}:${id}`,
    unit: 'diamond',
    anonymous: hidden,
  };
  if (channel) tip.channel = channel;
  if (userId && !hidden) tip.tipperId = userId;
  if (avatarUrl && !hidden) tip.avatarUrl = avatarUrl;
  tip.meta = {
    ...(giftId !== undefined && { giftId }),
    giftName: name,
    repeatCount: count - paid,
    diamondCount: each,
    ...(groupId && { groupId }),
    ...(receiverUserId && { receiverUserId }),
    ...(gift.at === undefined && { received: true }),
  };
  return tip;
}

/** What of a gift says nothing of its giver. */
const aboutGift = /^(gift|diamond|repeat|group|msg|create|timestamp)/i;

/** A gift, and of one whose giver asked to stay unnamed what is about the gift alone. */
export const unnamed = (data: Wire): Wire =>
  hasFlag(data) || hasFlag(data.user)
    ? Object.fromEntries([['isAnonymous', true], ...Object.entries(data).filter(([key]) => aboutGift.test(key))])
    : data;

/** A frame as a tip, by itself: of a streak only its end. */
export function readTip(frame: unknown, context: ReadContext): TipEvent | Invalid | undefined {
  const gift = readGift(frame);
  if (!gift || 'invalid' in gift) return gift;
  return gift.streak && !gift.ended ? undefined : tipOfGift(gift, context);
}

/**
 * A gift as a tip: diamonds, for all of a streak. `undefined` for what is no gift, and for a gift whose streak goes on. It knows one event and
 * no more: `giftTips()` closes streaks whose end was lost, and counts what came twice once.
 *
 * @throws TipstreamError `VALIDATION` for a gift that cannot be read: `amount missing`.
 *
 * @example
 * ```ts
 * import { toTip } from 'tipstream/tiktok';
 * const rose = { giftName: 'Rose', giftType: 1, diamondCount: 1, repeatCount: 5, repeatEnd: true, user: { uniqueId: 'grace' } };
 * console.log(toTip({ event: 'gift', data: rose })?.amount); // 5
 * ```
 */
export function toTip(event: unknown, context: TipContext = {}): TipEvent | undefined {
  return tipFrom('tiktok', readTip, event, context);
}

/** A comment as the service sends it; `userId` also where it says `user_id` (TT-38). */
export function readComment(data: unknown): Comment | undefined {
  if (!isWire(data) || !isWire(data.user) || typeof data.comment !== 'string') return undefined;
  const { user } = data;
  const id = exactId(data.id);
  const username = textOf(user.username);
  if (id === undefined) return undefined;
  const userId = exactId(user.userId ?? user.user_id);
  return { ...data, id, comment: data.comment, user: { ...user, username, ...(userId !== undefined && { userId }) } };
}
