/** The platforms whose tips this library reads. */
export type KnownPlatform = 'chaturbate' | 'stripchat' | 'camsoda' | 'twitch' | 'tiktok' | 'tipping';

/** The five fields that every tip has, in this order (EV-1). */
export interface UniformTip {
  /** Where the tip was given. */
  platform: KnownPlatform | (string & {});
  /** How much, in the unit of the platform. Finite; a token of one platform is not a token of another. */
  amount: number;
  /** Who gave it; `'Anonymous'` when the platform says so, or does not say who. Foreign text: show it with `textContent`. */
  tipper: string;
  /** The note, `''` when there is none. Foreign text. */
  message: string;
  /** Unix time in **seconds**, with a fraction where known: `new Date(tip.timestamp * 1000)`, or `tipDate(tip)`. */
  timestamp: number;
}

/** One tip, the same shape from every platform. */
export interface TipEvent extends UniformTip {
  /** The same on every re-delivery, unique over all platforms and channels. Opaque, at most 128 characters. */
  id: string;
  /** What `amount` counts; a currency code where it is money. */
  unit: 'token' | 'bit' | 'diamond' | 'subscription' | (string & {});
  /** Whether the giver asked to stay unnamed. */
  anonymous: boolean;
  /** Whose room it was given in, whenever known. */
  channel?: string;
  /** The platform's id of the giver. Never with `anonymous`. */
  tipperId?: string;
  /** A picture of the giver. Never with `anonymous`. */
  avatarUrl?: string;
  /** A simulated tip: no money moved. */
  test?: true;
  /** What only this platform knows: `tier`, `received: true` where `timestamp` is ours, `backlog: true`, ... */
  meta?: Readonly<Record<string, unknown>>;
  /** The event as it came, unmasked. Only with `{ raw: true }`, and not enumerable. */
  raw?: unknown;
}
