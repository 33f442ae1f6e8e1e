import type { Fetch } from '../../../src/core/options.ts';
import { type Clock, type Random, sleep } from '../../../src/core/time.ts';
import { type Answer, json } from '../../../src/mock/answer.ts';
import { instead } from '../../../src/mock/faults.ts';
import { inPieces, oversized, type Playing, playBody } from './body.ts';
import type { Books } from './books.ts';
import { type Line, labelOf, lines, type Trouble } from './faults.ts';
import type { Limits } from './limits.ts';
import { turned } from './pages.ts';
import { trace } from './trace.ts';

/** What the network stands on. */
export interface NetworkParts {
  clock: Clock;
  /** The clock of the upstreams, which may be wrong. */
  theirs: Clock;
  /** A row of numbers for each line: what one does changes nothing for the others. */
  randomOf(line: Line): Random;
  books: Books;
  limits: Limits;
  answer(request: Request): Promise<Answer>;
  /** What befalls the next request of a line. */
  weather(line: Line, route: string): Trouble | undefined;
}

/** Where every upstream of the evening is. */
export const origin = 'http://127.0.0.1:5000';

export const lineOf = ({ pathname }: URL): Line => {
  if (pathname.startsWith('/events/')) {
    const [, , who = ''] = pathname.split('/');
    return lines.find((line) => line === who) ?? 'chaturbate events';
  }
  return lines.find((line) => pathname.startsWith(`/${line}/`)) ?? 'chaturbate';
};

const failed = (code: string, text: string): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(text), { code }) });

/** The requests of one evening, with everything that befalls them on their way. */
export function openNetwork(parts: NetworkParts) {
  const { clock, theirs, books, limits } = parts;
  const chances = new Map(lines.map((line) => [line, parts.randomOf(line)]));
  const under = new Map<Line, number>();
  const pages = turned(parts.randomOf('chaturbate events'));

  /** The answer of the upstream, or what stands in its place. */
  const answerTo = async (
    request: Request,
    signal: AbortSignal | undefined,
    trouble: Trouble | undefined,
    line: Line,
  ) => {
    if (trouble?.kind === 'mock') {
      const answer = instead(trouble.fault, theirs.now()) ?? json(500, {});
      return { ...answer, headers: { date: new Date(theirs.now()).toUTCString(), ...answer.headers } };
    }
    const again = trouble?.kind === 'same page again' ? pages.earlier(line) : undefined;
    if (again) return again;
    // Only a long poll hears that its client has left.
    return parts.answer(line === 'chaturbate events' && signal ? new Request(request, { signal }) : request);
  };

  const send = async (client: string, request: Request, signal: AbortSignal | undefined): Promise<Response> => {
    const url = new URL(request.url);
    if (url.origin !== origin) {
      books.break(`${client} asked another host: ${url.origin}`);
      throw failed('ENOTFOUND', `getaddrinfo ENOTFOUND ${url.host}`);
    }
    const line = lineOf(url);
    const random = chances.get(line) ?? Math.random;
    const route = `${request.method} ${url.pathname}`;
    const trouble = parts.weather(line, route);
    trace(line, clock.now(), client, route, url.search, trouble);
    books.asked.set(line, (books.asked.get(line) ?? 0) + 1);
    if (trouble) books.count(labelOf(trouble), line);
    if (trouble?.kind === 'refused') throw failed('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5000');
    if (trouble?.kind === 'reset') {
      await sleep(clock, random() * 100, signal);
      throw failed('ECONNRESET', 'read ECONNRESET');
    }
    if (trouble?.kind === 'frozen') return silence(signal);
    limits.arrive(line, client, route);
    const answer = await answerTo(request, signal, trouble, line);
    trace(line, clock.now(), '->', answer.status, answer.headers, answer.body.slice(0, 200));
    if (answer.status === 429) {
      if (trouble?.kind !== 'mock' && !url.pathname.includes('eventsub'))
        books.break(`${client} was refused for real: ${route}`);
    }
    under.set(line, (under.get(line) ?? 0) + 1);
    const handed = (whole: boolean, arrived = whole): void => {
      under.set(line, (under.get(line) ?? 1) - 1);
      answer.handedOut?.(whole);
      if (!arrived) books.spoiled.set(route, (books.spoiled.get(route) ?? 0) + 1);
      if (arrived) books.arrive(line, answer.body);
      else if (whole && answer.handedOut)
        books.lose(line, answer.body, clock.now(), trouble ? labelOf(trouble) : 'nothing');
    };
    try {
      await sleep(clock, 2 + random() * 120, signal);
    } catch (error) {
      handed(false);
      throw error;
    }
    if (trouble?.kind === 'lost') {
      handed(trouble.handedOut, false);
      throw failed('ECONNRESET', 'socket hang up');
    }
    // Who has not heard of a refusal yet cannot heed it.
    if (trouble?.kind === 'mock') limits.refuse(line, client, route, trouble);
    return arrive(line, answer, signal, trouble, handed);
  };

  /** The answer as it arrives. */
  const arrive = (
    line: Line,
    answer: Answer,
    signal: AbortSignal | undefined,
    trouble: Trouble | undefined,
    handed: (whole: boolean, arrived?: boolean) => void,
  ): Response => {
    const { status } = answer;
    const headers = { ...answer.headers };
    const respond = (body: BodyInit | null): Response =>
      new Response(status === 204 ? null : body, { status, headers });
    const play = (playing: Playing, given: boolean, arrives: boolean): Response =>
      respond(playBody(clock, signal, playing, (whole) => handed(given, arrives && whole)));
    const whole = (body: string): Response => {
      pages.keep(line, { ...answer, body });
      handed(true);
      return respond(body || null);
    };
    switch (trouble?.kind) {
      case 'frozen answer':
        return play({ pieces: inPieces(answer.body, 2).slice(0, 1), end: 'never' }, trouble.handedOut, false);
      case 'cut after headers':
        return play({ pieces: [], end: 'cut' }, trouble.handedOut, false);
      case 'cut in the body':
        return play({ pieces: inPieces(answer.body, 3).slice(0, 2), end: 'cut' }, trouble.handedOut, false);
      case 'short body':
        return play({ pieces: inPieces(answer.body, 3).slice(0, 2), end: 'whole' }, trouble.handedOut, false);
      case 'empty body':
        handed(answer.status === 200, false);
        return respond(null);
      case 'broken JSON':
        handed(true, false);
        return respond(`${answer.body.slice(0, -1)},]`);
      case 'oversized body':
        // A refusal says by its status what it is.
        if (status > 399) return whole(answer.body);
        return play({ pieces: oversized(answer.body), end: 'whole' }, true, false);
      case 'slow body':
        // It is handed out when its last byte was read, and not before.
        return respond(
          playBody(clock, signal, { pieces: inPieces(answer.body, 5, trouble.ms), end: 'whole' }, (all) => handed(all)),
        );
      case 'wrong content type':
        headers['content-type'] = 'text/html; charset=utf-8';
        return whole(answer.body);
      case 'clock off':
        headers.date = new Date(Date.parse(headers.date ?? '') + trouble.ms).toUTCString();
        return whole(answer.body);
      case 'stale cursor':
        return whole(pages.stale(answer.body, trouble.back));
      case 'out of order':
        return whole(pages.shuffle(answer.body));
      default:
        return whole(answer.body);
    }
  };

  const silence = (signal: AbortSignal | undefined): Promise<never> =>
    new Promise((_, reject) => {
      const end = (): void => reject(signal?.reason);
      if (signal?.aborted) end();
      else signal?.addEventListener('abort', end, { once: true });
    });

  return {
    /** What a client sends its requests with. */
    fetchFor:
      (client: string): Fetch =>
      async (request, init) => {
        const line = lineOf(new URL(request.url));
        under.set(line, (under.get(line) ?? 0) + 1);
        try {
          return await send(client, request, init?.signal ?? undefined);
        } finally {
          under.set(line, (under.get(line) ?? 1) - 1);
        }
      },
    /** Requests whose answers have not come to an end yet. */
    underWay: (line: Line): number => under.get(line) ?? 0,
  };
}
