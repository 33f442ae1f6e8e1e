/** What can be changed about the mock's TikTok service at any time. */
export interface TikTokSwitches {
  /** Whether an empty bucket refuses. The headers are there in any case. */
  rateLimits: boolean;
  /** How a socket with a bad key is refused: as FastAPI does, before it is accepted, or with 1008 after (TT-40). */
  rejection: 'upgrade' | 'close';
  /** How `connect` says that nobody is live: a 500 with a text, or a 200 that says `status: error`. */
  notLive: 'detail' | 'status';
  /** After a failed `connect` the next for the same name is refused for so long, in milliseconds. 0: never. */
  cooldown: number;
  /** What comes with the 404 of somebody unknown. */
  unknown: 'drawn' | 'plain';
  /** The status of an input that is not right. */
  invalid: 400 | 422;
  /** Whether rooms have a life of their own: comments, and gifts. */
  script: boolean;
  /** Whether gifts are sent; the documented service sends comments only. */
  gifts: boolean;
}

export const switchesOf = (rateLimits: boolean): TikTokSwitches => ({
  rateLimits,
  rejection: 'upgrade',
  notLive: 'detail',
  cooldown: 60_000,
  unknown: 'drawn',
  invalid: 400,
  script: true,
  gifts: true,
});
