import { configError, isTipstreamError } from '../../core/errors.ts';
import { type Clock, minutes, seconds, sleep } from '../../core/time.ts';
import type { EventStream } from '../../stream/event-stream.ts';
import { createHub } from '../../stream/hub.ts';
import { toStream } from '../../stream/stream.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { createAcknowledger } from './acknowledge.ts';
import { holdScript, lostScript } from './claim-script.ts';
import { inTime, patience, type RedisClient, redisError, toList } from './client.ts';
import { createHand } from './hand.ts';
import type { RelayKeys } from './keys.ts';

/** Who reads a relay. */
export interface ConsumeOptions {
  /** Each group gets every tip, and each tip goes to one consumer of a group. */
  group: string;
  /**
   * The name of this consumer in its group: the same after a restart, so that what it held comes first; never the same twice at a time. For
   * example the host name and a number.
   */
  consumer: string;
  /**
   * Where a group begins that does not exist yet: with the oldest tip that is kept, or with those that come from now on.
   * @default 'beginning'
   */
  from?: 'beginning' | 'now' | undefined;
  /**
   * What a consumer of this group held is given to another one when nothing was heard of it for so long, in milliseconds. A
   * living one is heard of, however long its callback takes.
   * @default minutes(1)
   */
  claimAfter?: number | undefined;
  /** How many tips may be untaken before no more are read. @default 256 tips */
  ahead?: number | undefined;
}

/** How long the server holds a question when nothing comes; it is asked from time to time what others left behind. */
const longestBlock = seconds(5);
/** The waits after one, two, ... failures in a row; the last one stays. */
const waits: readonly number[] = [250, 500, 1000, 2000];

type Entries = readonly (readonly [entry: string, fields: unknown])[];

const entriesOf = (reply: unknown): Entries =>
  toList(reply).flatMap((each) => {
    const [entry, fields] = toList(each);
    return typeof entry === 'string' ? [[entry, fields] as const] : [];
  });

/** The entries of the one stream that was read. The map around them is a list of pairs, flat, or an object, by protocol and client. */
const readOf = (reply: unknown): Entries => {
  if (!Array.isArray(reply)) return entriesOf(Object.values(Object(reply))[0]);
  return entriesOf(Array.isArray(reply[0]) ? reply[0][1] : reply[1]);
};

/** Reads a relay as one consumer of a group. */
export function consume(
  redis: RedisClient,
  keys: RelayKeys,
  clock: Clock,
  { group, consumer, from = 'beginning', claimAfter = minutes(1), ahead = 256 }: ConsumeOptions,
): EventStream<TipEvent> {
  if (!group || !consumer) throw configError('redis', 'consume: give group and consumer, each a name');
  const { stream, facts } = keys;
  let running: Promise<void> = Promise.resolve();
  let watched = false;

  const hub = createHub<TipEvent>({
    platform: 'redis',
    channel: group,
    clock,
    patient: true,
    durable: true,
    ahead,
    start() {
      const controller = new AbortController();
      watched = true;
      // A run that is at its end comes to it first: both read as the same consumer.
      running = running.then(() => run(controller.signal));
      return () => {
        watched = false;
        controller.abort();
        hub.fewer?.();
      };
    },
    async settle() {
      if (hub.watchers === 0) await running;
      await acknowledger.flush();
    },
  });
  const failed = (error: unknown): void => {
    if (isTipstreamError(error)) hub.emit('error', error);
  };
  const acknowledger = createAcknowledger(redis, clock, { stream, group }, () => watched, failed);
  const hand = createHand(hub, acknowledger.add);

  const room = (): number => ahead - hub.untaken;

  /** Waits until fewer are untaken. */
  const untilRoom = async (signal: AbortSignal): Promise<void> => {
    while (room() <= 0 && !signal.aborted) {
      hub.status('behind', { reason: `${ahead} tips are not taken yet` });
      await new Promise<void>((resolve) => {
        hub.fewer = () => {
          if (room() > 0 || signal.aborted) resolve();
        };
      });
      hub.fewer = undefined;
    }
  };

  const deliver = (entries: Entries): void => {
    if (entries.length > 0) hub.counters.lastEventAt = clock.now();
    for (const [entry, fields] of entries) {
      // Trimmed while it was ours.
      if (fields === null) acknowledger.add(entry);
      else hand.deliver(entry, fields);
    }
  };

  const ask = (connection: RedisClient, ...words: (string | number)[]): Promise<unknown> => {
    const [command = '', ...args] = words;
    hub.counters.polls += 1;
    return inTime(clock, connection.call(String(command), ...args), longestBlock + patience);
  };

  const makeGroup = async (connection: RedisClient): Promise<void> => {
    try {
      await ask(connection, 'XGROUP', 'CREATE', stream, group, from === 'now' ? '$' : '0', 'MKSTREAM');
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
    }
  };

  /** What this consumer was given before and did not acknowledge comes first. */
  const readHeld = async (connection: RedisClient, signal: AbortSignal): Promise<void> => {
    for (let after: string | undefined = '0'; after !== undefined && !signal.aborted; ) {
      await untilRoom(signal);
      const entries = readOf(
        await ask(
          connection,
          'XREADGROUP',
          'GROUP',
          group,
          consumer,
          'COUNT',
          Math.max(1, room()),
          'STREAMS',
          stream,
          after,
        ),
      );
      deliver(entries);
      after = entries.at(-1)?.[0];
    }
  };

  /** What a dead consumer held. */
  const claim = async (connection: RedisClient, signal: AbortSignal): Promise<void> => {
    for (let cursor = '0-0'; room() > 0 && !signal.aborted; ) {
      const [next, entries] = toList(
        await ask(connection, 'XAUTOCLAIM', stream, group, consumer, claimAfter, cursor, 'COUNT', room()),
      );
      deliver(entriesOf(entries));
      if (typeof next !== 'string' || next === '0-0') break;
      cursor = next;
    }
    const lost = Number(await lostScript(connection, [facts], [`lost:${group}`]));
    if (lost > 0) hub.gap({ reason: 'trimmed', count: lost });
  };

  /** Says from time to time that this consumer lives. */
  const keepHolding = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await sleep(clock, claimAfter / 3, signal).catch(() => {});
      const entries = hand.entries();
      if (signal.aborted || entries.length === 0) continue;
      // The reading tells of a server that fails.
      await inTime(clock, holdScript(redis, [stream], [group, consumer, ...entries])).catch(() => {});
    }
  };

  const read = async (connection: RedisClient, signal: AbortSignal): Promise<void> => {
    let claimAt = 0;
    const block = Math.max(1, Math.min(longestBlock, Math.floor(claimAfter / 2)));
    while (!signal.aborted) {
      await untilRoom(signal);
      if (signal.aborted) return;
      if (clock.now() >= claimAt) {
        await claim(connection, signal);
        claimAt = clock.now() + block;
        continue;
      }
      const count = room();
      deliver(
        readOf(
          await ask(
            connection,
            'XREADGROUP',
            'GROUP',
            group,
            consumer,
            'COUNT',
            count,
            'BLOCK',
            block,
            'STREAMS',
            stream,
            '>',
          ),
        ),
      );
      hub.status('live');
    }
  };

  const session = async (signal: AbortSignal, begun: () => void): Promise<void> => {
    // A question that is held would hold up whatever else is asked on its connection.
    const connection = redis.duplicate({ commandTimeout: undefined, socketTimeout: undefined });
    connection.on('error', () => {});
    const leave = (): void => connection.disconnect();
    signal.addEventListener('abort', leave, { once: true });
    try {
      await makeGroup(connection);
      hub.succeeded();
      hub.status('live');
      await readHeld(connection, signal);
      begun();
      await read(connection, signal);
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
    }
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return;
    hub.status('connecting');
    void keepHolding(signal);
    for (let row = 0; !signal.aborted; row += 1) {
      try {
        await session(signal, () => {
          row = 0;
        });
      } catch (thrown) {
        if (signal.aborted) return;
        const error = redisError('read', thrown);
        const wait = waits[row] ?? waits.at(-1) ?? 0;
        hub.emit('error', error);
        if (error.fatal) return hub.end(error);
        hub.status('waiting', { reason: error.message, retryAt: clock.now() + wait });
        await sleep(clock, wait, signal).catch(() => {});
      }
    }
  };

  return toStream(hub);
}
