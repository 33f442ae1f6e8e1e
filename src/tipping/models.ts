/** What the tipping platform's wire says, with the wire's spelling, as types. `schemas.ts` says the same as schemas. */

/** A person on the platform. Words that are not listed here may come. */
export interface TippingUser {
  id: string;
  /** Hidden on the profiles of others. */
  email?: string | undefined;
  display_name: string;
  username: string;
  /** `viewer`, `performer`, `admin`. */
  role: string;
  /** `active`, `pending`, `suspended`, `banned`. */
  status: string;
  /** ISO 3166-1 alpha-2. */
  country?: string | null | undefined;
  /** `YYYY-MM-DD`. */
  date_of_birth?: string | null | undefined;
  profile_image_url?: string | null | undefined;
  bio?: string | null | undefined;
  email_verified?: boolean | undefined;
  created_at: string;
  [more: string]: unknown;
}

/** A broadcast. */
export interface TippingStream {
  id: string;
  host_id: string;
  host_name?: string | undefined;
  title: string;
  description?: string | null | undefined;
  category?: string | null | undefined;
  tags?: string[] | undefined;
  /** `created`, `live`, `ended`. */
  status: string;
  viewer_count?: number | undefined;
  total_tokens_received?: number | undefined;
  /** Absent before it starts. */
  started_at?: string | null | undefined;
  [more: string]: unknown;
}

/** A tip as REST says it: who gave it is only an id. */
export interface TippingTip {
  id: string;
  /** Absent where a transfer belongs to no stream. */
  stream_id?: string | null | undefined;
  from_user_id: string;
  to_user_id: string;
  /** A positive whole number. */
  tokens: number;
  message?: string | null | undefined;
  is_private?: boolean | undefined;
  created_at: string;
  [more: string]: unknown;
}

/** What a transfer gives: the tip, and what the platform says beside it. */
export interface TippingTransfer extends TippingTip {
  transaction?: TippingTransaction | undefined;
  balance?: TippingBalance | undefined;
}

/** How many tokens somebody has. */
export interface TippingBalance {
  token_balance: number;
  reserved_balance: number;
  /** ISO 4217. */
  currency_code: string;
  /** Tokens per one unit of the currency. */
  conversion_rate: number;
  [more: string]: unknown;
}

/** One line of an account. */
export interface TippingTransaction {
  id: string;
  /** `tip_sent`, `tip_received`, `purchase`, `payout`, `refund`, `fee`. */
  transaction_type: string;
  /** Negative for what went out. */
  amount_tokens: number;
  /** Its sign says nothing: it was seen positive beside a negative `amount_tokens`. */
  amount_currency: number;
  fee_tokens?: number | undefined;
  balance_after: number;
  description?: string | null | undefined;
  created_at: string;
  [more: string]: unknown;
}

/** What no document describes: whatever the platform sends. */
export interface TippingRecord {
  id?: string | undefined;
  status?: string | undefined;
  created_at?: string | undefined;
  [more: string]: unknown;
}

/** The state of somebody's verification. */
export interface TippingVerification extends TippingRecord {}

/** A payout that was asked for. */
export interface TippingPayout extends TippingRecord {}

/** Somebody who watches a stream. */
export interface TippingViewer {
  user_id: string;
  display_name?: string | undefined;
  [more: string]: unknown;
}

/** What a login gives. */
export interface TippingTokens {
  access_token: string;
  /** Each one is good for one renewal. */
  refresh_token?: string | undefined;
  /** Seconds. */
  expires_in?: number | undefined;
  token_type?: string | undefined;
  user?: TippingUser | undefined;
  [more: string]: unknown;
}

/** What a registration gives: the person, and tokens where the platform signs new people in. */
export interface TippingRegistration extends Partial<TippingTokens> {
  user: TippingUser;
}

/** A STUN or TURN server, as `RTCPeerConnection` takes it. */
export interface IceServer {
  urls: string | string[];
  username?: string;
  credential?: string;
}

/** What a viewer or a host needs to reach the media server. The platform's own names for it are several; these are one. */
export interface TippingJoinInfo {
  /** For the media server. */
  token?: string | undefined;
  sfu: { signaling_url?: string | undefined; ice_servers: IceServer[] };
  stream?: TippingStream | undefined;
  websocket_url?: string | undefined;
  /** The answer as it came. */
  raw: unknown;
}

/** Somebody began to watch. */
export interface ViewerJoined {
  type: 'viewer_joined';
  stream_id: string;
  viewer: TippingViewer;
  timestamp: string;
}

/** A tip as the socket says it: who gave it is only a name. */
export interface TipReceived {
  type: 'tip_received';
  stream_id: string;
  tip: {
    id: string;
    /** A display name, no id. */
    from_user: string;
    /** Where it was fetched over REST. */
    from_user_id?: string | undefined;
    tokens: number;
    message?: string | null | undefined;
    is_private?: boolean | undefined;
    [more: string]: unknown;
  };
  timestamp: string;
}

/** The word of an event that this version does not know: text on the wire, `String(event.type)`. */
export interface OtherType {
  readonly '~other': true;
  /** The word itself. */
  toString(): string;
}

/** What a stream's socket says: `switch (event.type)` tells the known events apart. Unknown ones come as they are. */
export type TippingEvent = ViewerJoined | TipReceived | { type: OtherType; [more: string]: unknown };
