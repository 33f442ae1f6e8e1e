/** Pages of the real Events API, about 35 kB of 100 tips each, as bytes. */
export const perPage = 100;

/** No other page has the ids of this one. */
const page = (number: number): string => {
  const events = Array.from({ length: perPage }, (_, index) => ({
    method: 'tip',
    id: `${1_780_000_000_000 + number * 1000 + index}-0`,
    object: {
      broadcaster: 'juno',
      tip: {
        tokens: 25 + (index % 7),
        isAnon: index % 10 === 0,
        message: index % 3 ? '| thank you for the evening' : '',
      },
      user: {
        username: `viewer_${index}`,
        inFanclub: false,
        gender: 'm',
        hasTokens: true,
        recentTips: 'some',
        isMod: false,
        colorGroup: 'tr',
        fcAutoRenew: false,
        hasDarkmode: true,
        inPrivateShow: false,
        isBroadcasting: false,
        isFollower: true,
      },
    },
  }));
  return JSON.stringify({ events, nextUrl: `https://events.example/?i=${number}` });
};

/** The bytes of so many pages. */
export const pages = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, number) => new TextEncoder().encode(page(number)));
