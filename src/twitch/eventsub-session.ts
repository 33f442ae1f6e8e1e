import type { TipstreamError } from '../core/errors.ts';
import { type Clock, type Random, seconds, sleep } from '../core/time.ts';
import type { Line } from '../stream/socket.ts';
import { askedWait, type EventSubCalls, isTopic, verdictOf } from './eventsub-calls.ts';
import { appTokenError } from './eventsub-kinds.ts';
import { nothingLeft, type Refusal, refusalLetters, unknownLetter } from './eventsub-letters.ts';
import type { Topic } from './eventsub-topics.ts';

/** What a session needs of the world. */
export interface SessionParts {
  clock: Clock;
  random: Random;
  calls: EventSubCalls;
  /** What has to be subscribed to; may grow. */
  wanted(): Iterable<Topic>;
  /** What will not be asked for again, by the key of its topic. */
  refused: Map<string, Refusal>;
  /** Ids of sessions of this source that are gone. */
  past: readonly string[];
  report(error: TipstreamError): void;
  /** Says that events may be missing since then, Unix time in milliseconds. */
  gap(from: number): void;
}

/** One session of EventSub: what is subscribed to over it. It outlives a connection that is handed over. */
export interface Session {
  readonly id: string;
  readonly line: Line;
  /** Since when something may be missing of which no gap was said yet. */
  readonly owed: number | undefined;
  /** Another connection has taken its place. */
  moved(line: Line, id: string): void;
  /** Nothing is subscribed to: after a hand-over nothing came along. */
  unused(): void;
  /** Subscribes to what is wanted and not yet there. */
  settle(): void;
  /** A subscription was taken away, and is not asked for again. */
  lose(topic: Topic, error: TipstreamError): void;
}

/** The wait after so many refusals in a row: 1, 2, 4 ... 60 s, the second half of it by chance. */
const wait = (failures: number, random: Random): number => {
  const most = Math.min(seconds(60), seconds(1) * 2 ** Math.min(failures, 6));
  return (most + most * random()) / 2;
};

/** Opens a session on a connection that was greeted. */
export function openSession(parts: SessionParts, firstLine: Line, firstId: string, debt?: number): Session {
  const { clock, random, calls, refused, report } = parts;
  const done = new Set<string>();
  let line = firstLine;
  let id = firstId;
  let run: AbortController | undefined;
  let settled = false;
  /** Since when the connection counts as live though something is not subscribed to. */
  let owed = debt;
  /** When it was handed over. */
  let movedAt: number | undefined;

  const missing = (): Topic[] => [...parts.wanted()].filter(({ key }) => !done.has(key) && !refused.has(key));

  /** It exists already: here, where an answer was lost on its way; or on a connection that broke, where it has to go first. */
  const clear = async (topic: Topic, session: string, signal: AbortSignal): Promise<boolean> => {
    const same = (await calls.list(topic.type, signal)).filter((one) => isTopic(one, topic));
    if (same.some((one) => one.session === session && one.status === 'enabled')) return true;
    // Another program may be subscribed with the same token; only what is known to be dead is removed.
    const orphans = same.filter((one) => one.status.startsWith('websocket_') || parts.past.includes(one.session));
    await Promise.all(orphans.map((one) => calls.remove(one.id, signal)));
    return false;
  };

  /** Subscribes once. What has to be tried again is returned. */
  const subscribe = async (topic: Topic, signal: AbortSignal, news: Refusal[]): Promise<TipstreamError | undefined> => {
    const session = id;
    try {
      if (!(await calls.subscribe(topic, session, signal))) return unknownLetter(undefined);
      done.add(topic.key);
      return undefined;
    } catch (cause) {
      if (signal.aborted) return undefined;
      const error = unknownLetter(cause);
      switch (verdictOf(error)) {
        case 'exists':
          try {
            if (!(await clear(topic, session, signal))) return error;
            done.add(topic.key);
          } catch (other) {
            return unknownLetter(other);
          }
          return undefined;
        case 'dead':
          // Said of a session that was meanwhile handed over, it is no news.
          if (session !== id) return error;
          line.drop(error.fatal || !error.retryable ? undefined : error);
          return undefined;
        case 'app':
          line.end(appTokenError());
          return undefined;
        case 'over':
          line.end(error);
          return undefined;
        case 'refused':
          refused.set(topic.key, { topic, error });
          news.push({ topic, error });
          return undefined;
        default:
          return error;
      }
    }
  };

  const finish = (): void => {
    settled = true;
    if (done.size === 0) return line.end(nothingLeft([...refused.values()]));
    line.live();
    if (owed !== undefined) parts.gap(owed);
    owed = undefined;
  };

  const settle = async (): Promise<void> => {
    run?.abort();
    const mine = new AbortController();
    run = mine;
    const abort = (): void => mine.abort();
    const { signal } = line;
    if (signal.aborted) return;
    signal.addEventListener('abort', abort);
    settled = false;
    for (let failures = 0; !mine.signal.aborted; failures += 1) {
      const news: Refusal[] = [];
      const failed = (await Promise.all(missing().map((topic) => subscribe(topic, mine.signal, news)))).filter(Boolean);
      for (const error of refusalLetters(news)) report(error);
      if (mine.signal.aborted) break;
      const [error] = failed;
      if (!error) {
        // Had more been wanted meanwhile, another round would have taken the place of this one.
        finish();
        break;
      }
      const ms = Math.max(...failed.map((one) => (one ? askedWait(one) : 0)), wait(failures, random));
      line.unsubscribed(error.message, clock.now() + ms);
      await sleep(clock, ms, mine.signal).catch(() => {});
    }
    signal.removeEventListener('abort', abort);
  };

  const go = (): void => void settle().catch((cause: unknown) => line.drop(unknownLetter(cause)));

  return {
    get id() {
      return id;
    },
    get line() {
      return line;
    },
    get owed() {
      return owed;
    },
    moved(next, nextId) {
      line = next;
      id = nextId;
      movedAt = clock.now();
      // The subscriptions came along; the connection that brought it here may go.
      next.live();
      if (settled) return;
      owed ??= clock.now();
      go();
    },
    unused() {
      owed ??= movedAt;
    },
    settle: go,
    lose(topic, error) {
      done.delete(topic.key);
      refused.set(topic.key, { topic, error });
      report(error);
      if (settled && done.size === 0) line.end(nothingLeft([{ topic, error }]));
    },
  };
}
