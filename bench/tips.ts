/** From the text of a page to a TipEvent in a callback, and in a loop, beside `JSON.parse` of the same text alone. */
import { eventId, eventTime, mask, readTip } from '../src/chaturbate/normalize.ts';
import { systemClock } from '../src/core/time.ts';
import { poll } from '../src/stream/poll.ts';
import { tipsOf } from '../src/stream/views.ts';
import { compare, type Figure } from './compare.ts';

const perPage = 100;

/** A page of the real Events API, about 35 kB, whose ids no other page has. */
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

const source = (texts: readonly string[]) => {
  let next = 0;
  return poll<unknown>({
    platform: 'chaturbate',
    channel: 'juno',
    drains: false,
    backlog: 'deliver',
    interval: 0,
    checkpointKey: '',
    clock: systemClock,
    random: Math.random,
    eventId,
    eventTime,
    mask,
    async ask(_cursor, signal) {
      const text = texts[next++];
      if (text === undefined)
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      const { events } = JSON.parse(text) as { events: unknown[] };
      return { events, cursor: 'c', again: true, elapsedMs: 1 };
    },
  });
};

const parseOnly = async (texts: readonly string[]): Promise<number> => {
  let seen = 0;
  for (const text of texts) {
    seen += (JSON.parse(text) as { events: unknown[] }).events.length;
    await undefined;
  }
  return seen;
};

const callback = (texts: readonly string[]): Promise<number> =>
  new Promise((resolve) => {
    let seen = 0;
    const stop = tipsOf(source(texts), readTip).subscribe((tip) => {
      seen += tip.amount > 0 ? 1 : 0;
      if (seen === texts.length * perPage) {
        stop();
        resolve(seen);
      }
    });
  });

const loop = async (texts: readonly string[]): Promise<number> => {
  let seen = 0;
  for await (const tip of tipsOf(source(texts), readTip)) {
    seen += tip.amount > 0 ? 1 : 0;
    if (seen === texts.length * perPage) break;
  }
  return seen;
};

export async function tips(): Promise<Figure[]> {
  const texts = Array.from({ length: 200 }, (_, number) => page(number));
  const [toCallback = 0, toLoop = 0] = await compare(
    () => parseOnly(texts),
    [() => callback(texts), () => loop(texts)],
  );
  return [
    {
      what: 'a page of 100 tips, text to TipEvent in a callback',
      value: toCallback,
      beside: 'JSON.parse of the same text',
      budget: 1.45,
    },
    { what: 'the same in a for await loop', value: toLoop, beside: 'JSON.parse of the same text', budget: 1.55 },
  ];
}
