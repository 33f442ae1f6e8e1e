/** Whoever gives, and where. */
export interface MockPerson {
  id: string;
  login: string;
  name: string;
}

/** In which of the three ways nobody is named: as production, as the official command line, or as the chat does it. */
export type Disguise = 'null' | 'empty' | 'stand-in';

const disguises = {
  null: { user_id: null, user_login: null, user_name: null },
  empty: { user_id: '', user_login: '', user_name: '' },
  'stand-in': { user_id: '274598607', user_login: 'ananonymousgifter', user_name: 'AnAnonymousGifter' },
};

/** What is given. */
export interface Giving {
  from?: MockPerson | undefined;
  anonymous?: Disguise | undefined;
  message?: string | undefined;
}

/** One thing that happened, as every type of event in which it comes. */
export type Happening = readonly (readonly [type: string, event: Readonly<Record<string, unknown>>])[];

const somebody: MockPerson = { id: '2001', login: 'amber_kite', name: 'Amber_Kite' };

const who = ({ from = somebody, anonymous }: Giving) =>
  anonymous ? disguises[anonymous] : { user_id: from.id, user_login: from.login, user_name: from.name };

const where = ({ id, login, name }: MockPerson) => ({
  broadcaster_user_id: id,
  broadcaster_user_login: login,
  broadcaster_user_name: name,
});

/** What can happen in a channel, in the words of the wire. */
export const happenings = (channel: MockPerson) => ({
  /** A cheer comes as two types. */
  cheer: (bits = 100, giving: Giving = {}): Happening => {
    const { anonymous, message = `Cheer${bits}` } = giving;
    const both = { ...who(giving), ...where(channel), bits };
    return [
      ['channel.cheer', { is_anonymous: anonymous !== undefined, ...both, message }],
      ['channel.bits.use', { ...both, type: 'cheer', power_up: null, message: { text: message, fragments: [] } }],
    ];
  },
  /** A power-up that is paid with bits. */
  powerUp: (bits = 30, giving: Giving = {}): Happening => [
    [
      'channel.bits.use',
      {
        ...who(giving),
        ...where(channel),
        bits,
        type: 'power_up',
        power_up: { type: 'celebration', emote: null, message_effect_id: null },
        message: null,
      },
    ],
  ],
  /** A subscription, which somebody pays for themselves. */
  subscribe: (tier = '1000', giving: Giving = {}): Happening => [
    ['channel.subscribe', { ...who(giving), ...where(channel), tier, is_gift: false }],
  ],
  /** Gifts come once for whoever pays, and once for everybody who is given one. */
  gift: (total = 5, tier = '1000', giving: Giving = {}): Happening => [
    [
      'channel.subscription.gift',
      {
        ...who(giving),
        ...where(channel),
        total,
        tier,
        cumulative_total: giving.anonymous ? null : total + 7,
        is_anonymous: giving.anonymous !== undefined,
      },
    ],
    ...Array.from({ length: total }, (_, index) => {
      const lucky = { id: String(3001 + index), login: `lucky_${index}`, name: `Lucky_${index}` };
      return ['channel.subscribe', { ...who({ from: lucky }), ...where(channel), tier, is_gift: true }] as const;
    }),
  ],
  /** A subscription goes on, and its owner says so. */
  resub: (months = 15, tier = '1000', giving: Giving = {}): Happening => [
    [
      'channel.subscription.message',
      {
        ...who(giving),
        ...where(channel),
        tier,
        message: { text: giving.message ?? 'another month', emotes: null },
        cumulative_months: months,
        streak_months: null,
        duration_months: 1,
      },
    ],
  ],
  /** A donation to a charity, in the smallest unit of its currency. */
  donate: (value = 1050, currency = 'USD', giving: Giving = {}): Happening => [
    [
      'channel.charity_campaign.donate',
      {
        id: 'd-1',
        campaign_id: 'k-1',
        ...where(channel),
        ...who(giving),
        charity_name: 'Trees for towns',
        charity_description: '',
        charity_logo: 'https://pictures.example/tree.png',
        charity_website: 'https://trees.example',
        amount: { value, decimal_places: 2, currency },
      },
    ],
  ],
  /** A hype train goes on, which is no tip. */
  hypeTrain: (total = 137, at = '2026-01-01T00:00:00.000626000Z'): Happening => [
    [
      'channel.hype_train.progress',
      {
        id: 't-1',
        ...where(channel),
        total,
        progress: total,
        goal: 500,
        top_contributions: [{ ...who({}), type: 'bits', total: 50 }],
        shared_train_participants: null,
        level: 1,
        started_at: at,
        expires_at: at,
        is_shared_train: false,
        type: 'regular',
      },
    ],
  ],
});
