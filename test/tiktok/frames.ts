/** Frames as they are seen in the wild; every name, id and picture in them is invented. */

/** One of a `tiktok-live-connector` of the first versions: flat, and once more in `gift`. */
export const connectorGift = {
  giftId: 5953,
  repeatCount: 1,
  repeatEnd: true,
  groupId: '1661887131074',
  // Rounded by whoever parsed it.
  monitorExtra: { from_user_id: 7044640112358049000, gift_type: 1, msg_id: 7137749190944230000 },
  userId: '6813181309701719999',
  uniqueId: 'grace_h',
  nickname: 'Grace H',
  profilePictureUrl: 'https://cdn.example.com/grace.webp',
  userDetails: { createTime: '0', profilePictureUrls: ['https://cdn.example.com/other.webp'] },
  isModerator: false,
  msgId: '7137749190944230150',
  createTime: '1661887134397',
  gift: { gift_id: 5953, repeat_count: 1, repeat_end: 1, gift_type: 1 },
  describe: 'Sent Tumbling doll',
  giftType: 1,
  diamondCount: 25,
  giftName: 'Tumbling doll',
  timestamp: 1661887134397,
  receiverUserId: '7087613897129493999',
};

/** An envelope with the person apart. */
export const envelopeGift = {
  event: 'gift',
  data: {
    type: 'gift',
    giftName: 'Rose',
    giftId: 5655,
    diamondCount: 1,
    repeatCount: 5,
    repeatEnd: true,
    giftType: 1,
    user: { uniqueId: 'grace_h', nickname: 'Grace H', userId: '123456' },
  },
};

/** One of a `tiktok-live-connector` of the second versions. */
export const detailsGift = {
  common: { msgId: '7500000000000000001', createTime: '1735732800000' },
  giftId: 5655,
  repeatCount: 3,
  repeatEnd: 1,
  groupId: '1735732799000',
  giftDetails: { id: 5655, giftType: 1, giftName: 'Rose', diamondCount: 1 },
  user: {
    userId: '7000000000000000001',
    uniqueId: 'grace_h',
    nickname: 'Grace H',
    profilePicture: { url: ['https://cdn.example.com/grace.webp'] },
  },
};

/** As the protocol itself spells it. */
export const protocolGift = {
  type: 'gift',
  data: {
    common: { msg_id: '7500000000000000002', create_time: 1735732800000 },
    gift: { id: '5655', name: 'Rose', type: 1, diamond_count: 1 },
    repeat_count: 3,
    repeat_end: 1,
    group_id: '1735732799000',
    user: { id: '7000000000000000001', unique_id: 'grace_h', nickname: 'Grace H' },
  },
};

/** A comment and a like of a connection, which are no gifts. */
export const chat = {
  comment: 'hello',
  userId: '6813181309701719999',
  uniqueId: 'grace_h',
  msgId: '7137750790064065286',
};
export const like = { likeCount: 6, totalLikeCount: 21349, uniqueId: 'grace_h', msgId: '7137750883651619630' };
