import type { Credential } from '../core/auth.ts';
import type { Connection } from '../core/connection.ts';
import { configError } from '../core/errors.ts';
import { open } from '../core/open.ts';
import type { ClientOptions } from '../core/options.ts';
import type { Redactor } from '../core/redact.ts';
import { seconds } from '../core/time.ts';
import { createFollower } from '../stream/follow.ts';
import { type Batch, toBatch } from '../stream/poll-options.ts';
import { chaturbate } from './endpoints.ts';
import type { ChaturbateEvent } from './schemas.ts';

/** The Events API, and how it is asked. */
export interface EventsApi {
  connection: Connection;
  ask(
    cursor: string | undefined,
    signal: AbortSignal | undefined,
    settings: { longPoll?: number | undefined },
  ): Promise<Batch<ChaturbateEvent>>;
  probe(): Promise<unknown>;
}

const testbedUrl = 'https://events.testbed.cb.dev';
const longest = seconds(90);

/** How a room is asked for. */
export interface EventsApiAccount extends ClientOptions {
  username: string;
  token: Credential;
  testbed?: boolean | undefined;
  longPoll?: number | undefined;
}

/**
 * Opens the Events API.
 *
 * @throws TipstreamError `CONFIG` for a hold that the API does not know
 */
export function openEventsApi({ username, token, testbed, longPoll: hold, ...options }: EventsApiAccount): EventsApi {
  const { name, baseUrl, endpoints } = chaturbate;
  checkHold(hold);
  const address = options.baseUrl ?? (testbed ? testbedUrl : baseUrl);
  const connection = open(
    chaturbate,
    { ...options, baseUrl: address?.replace(/\/+$/, '') },
    { credential: token, account: username, params: { username } },
  );
  const { redactor } = connection;
  const { timeout } = connection.options;
  const follower = createFollower(name, new URL(connection.baseUrl).href.replace(/\/$/, ''));

  return {
    connection,
    async ask(cursor, signal, { longPoll = seconds(30) }) {
      checkHold(longPoll);
      follower.check();
      const said = /[?&]timeout=(\d+(?:\.\d+)?)/.exec(cursor ?? '')?.[1];
      // Nor may an address take our time limit away.
      const hold = cursor === undefined ? longPoll : Math.min(longest, seconds(Number(said ?? 10)));
      // The next address stands as it came, but for the account in it, which is today's.
      const endpoint =
        cursor === undefined ? endpoints.events : { ...endpoints.events, path: cursor, query: undefined };
      const answer = await connection.send(endpoint, { timeout: hold / 1000 }, { signal, timeout: hold + timeout });
      const { events, nextUrl } = answer.data;
      const next = withoutAccount(follower.follow(nextUrl), redactor);
      const moved = next !== undefined && next !== cursor && events.length > 0;
      // An upstream that leads nowhere, or holds for next to nothing, is asked at the interval.
      return toBatch(answer, events, {
        cursor: next,
        again: hold >= 1000 && (moved || answer.elapsedMs >= hold / 2),
      });
    },
    probe: () => connection.send(endpoints.events, { timeout: 0 }),
  };
}

/** Placeholders stand for user and token: a checkpoint holds neither, and a new token finds its place again. */
const withoutAccount = (path: string | undefined, redactor: Redactor): string | undefined =>
  path &&
  redactor.known(
    // What the upstream itself writes in braces is no place for us to fill.
    path.replace(/[{}]/g, encodeURIComponent).replace(/^([^?#]*?\/events\/)[^/?#]+\/[^/?#]+/, '$1{username}/{token}'),
    '{token}',
  );

function checkHold(hold: number | undefined): void {
  if (hold === undefined || hold === 0 || (hold >= 1000 && hold <= longest)) return;
  throw configError(chaturbate.name, `longPoll: ${hold} ms; give seconds(1) to seconds(90), or 0`);
}
