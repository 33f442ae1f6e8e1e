import { configError, type TipstreamError } from '../../core/errors.ts';
import { type Clock, minutes, sleep } from '../../core/time.ts';
import type { EventStream, StreamStats } from '../../stream/event-stream.ts';
import { createHub } from '../../stream/hub.ts';
import { toStream } from '../../stream/stream.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { createAcknowledger } from './acknowledge.ts';
import { type RedisClient, redisError } from './client.ts';
import { createHand } from './hand.ts';
import type { RelayKeys } from './keys.ts';
import { type Entries, longestBlock, openReader, type Reader } from './reader.ts';
import { leave, type Standing, tend } from './tend.ts';

/** Who reads a relay. */
export interface ConsumeOptions {
  /** Each group gets every tip, and each tip goes to one consumer of a group. */
  group: string;
  /**
   * The name of this consumer in its group: the same after a restart, so that what it held comes first; never the same twice at a time. For
   * example the host name and a number. A name that holds nothing is removed by `close()`, and after a day of silence.
   */
  consumer: string;
  /**
   * Where a group begins that does not exist yet: with the oldest tip that is kept, or with those that come from now on.
   * @default 'beginning'
   */
  from?: 'beginning' | 'now' | undefined;
  /**
   * What a consumer of this group held is given to another one when nothing was heard of it for so long, in milliseconds. A
   * living one is heard of, however long its callback takes; one that begins to read leaves the others ten seconds to say so.
   * @default minutes(1)
   */
  claimAfter?: number | undefined;
  /** How many tips may be untaken before no more are read. @default 256 tips */
  ahead?: number | undefined;
}

/** Numbers of a consumer. Those of its group are as it saw them last, some seconds ago at most; `relay.stats()` asks. */
export interface ConsumerStats extends StreamStats {
  /** Tips that were given to a consumer of the group and are not acknowledged. */
  pending?: number;
  /** Tips that were given to nobody yet, where the server knows. */
  lag?: number;
}

/** The tips of a relay, as one consumer of a group gets them. */
export interface ConsumerStream extends EventStream<TipEvent> {
  /** Counters since the stream was made, and how the group stands. */
  stats(): ConsumerStats;
}

/** Entries of its own that a consumer asks for at a time. */
const mostHeld = 1000;
/** The waits after one, two, ... failures in a row; the last one stays. */
const waits: readonly number[] = [250, 500, 1000, 2000];

/** Reads a relay as one consumer of a group. */
export function consume(
  redis: RedisClient,
  keys: RelayKeys,
  clock: Clock,
  { group, consumer, from = 'beginning', claimAfter = minutes(1), ahead = 256 }: ConsumeOptions,
): ConsumerStream {
  if (!group || !consumer) throw configError('redis', 'consume: give group and consumer, each a name');
  for (const [name, value] of Object.entries({ claimAfter, ahead }))
    if (!(Number.isSafeInteger(value) && value > 0))
      throw configError('redis', `consume: ${name}: ${value} is no whole number above zero`);
  const self = { redis, keys, clock, group, consumer };
  const { stream } = keys;
  let running: Promise<void> = Promise.resolve();
  let watched = false;
  /** How the group stood when it was seen last; nothing, as long as it was not. */
  let seen: Partial<Standing> = {};

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
      if (seen.last !== undefined && hub.watchers === 0) await leave(self);
    },
  });
  const failed = (error: TipstreamError): void => {
    hub.emit('error', error);
    // Who may not acknowledge would be given everything again.
    if (error.fatal && watched) hub.end(error);
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

  /** What this consumer was given and did not acknowledge: before a restart, or by an answer that did not arrive. */
  const readHeld = async (reader: Reader, signal: AbortSignal): Promise<void> => {
    for (let after = '0'; !signal.aborted; ) {
      await untilRoom(signal);
      hub.counters.polls += 1;
      // What is in hand stands among them and needs no room. What finds none is asked for anew: by then it may be another one's.
      const entries = await reader.held(after, Math.min(ahead, mostHeld));
      if (entries.length === 0) return;
      for (const entry of entries) {
        const known = hand.has(entry[0]) || acknowledger.owes(entry[0]);
        if (room() <= 0 && !known) break;
        if (!known) deliver([entry]);
        [after] = entry;
      }
    }
  };

  /** What a dead consumer held. */
  const claim = async (reader: Reader, signal: AbortSignal): Promise<void> => {
    for (let cursor: string | undefined = '0-0'; cursor && room() > 0 && !signal.aborted; ) {
      hub.counters.polls += 1;
      const { next, entries }: { next: string | undefined; entries: Entries } = await reader.claim(
        claimAfter,
        cursor,
        room(),
      );
      deliver(entries.filter(([entry]) => !acknowledger.owes(entry)));
      cursor = next;
    }
  };

  const read = async (reader: Reader, signal: AbortSignal, begun: () => void): Promise<void> => {
    const block = Math.max(1, Math.min(longestBlock, Math.floor(claimAfter / 2)));
    // Where the server was away nobody was heard of: those who live are given the time to say so first.
    const grace = Math.min(2 * longestBlock, claimAfter);
    const began = clock.now();
    // A clock that was set back does not put it off.
    const since = (at: number): number => Math.abs(clock.now() - at);
    for (let lookedAt = Number.NEGATIVE_INFINITY; !signal.aborted; ) {
      // Without a pause where there is room: what was just taken is told with the next question.
      if (room() <= 0) await untilRoom(signal);
      if (since(lookedAt) >= block) {
        // A question of a connection that broke may be answered long after: by a server that was stuck, or with the next tip.
        await readHeld(reader, signal);
        begun();
        if (since(began) >= grace) await claim(reader, signal);
        lookedAt = clock.now();
      } else if (!signal.aborted) {
        hub.counters.polls += 1;
        acknowledger.tellBy(reader.acknowledge);
        deliver(await reader.fresh(room(), block));
        hub.status('live');
      }
    }
  };

  const session = async (signal: AbortSignal, begun: () => void): Promise<void> => {
    const reader = openReader(redis, keys, clock, { group, consumer });
    signal.addEventListener('abort', reader.close, { once: true });
    try {
      // A group that is gone, with those who were in it, goes on where it was: it is old, whatever it begins with.
      const now = from === 'now' ? (seen.last ?? '$') : '0';
      seen = { ...seen, last: await reader.makeGroup(now) };
      hub.succeeded();
      hub.status('live');
      await read(reader, signal, begun);
    } finally {
      signal.removeEventListener('abort', reader.close);
      reader.close();
    }
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return;
    hub.status('connecting');
    const every = Math.min(longestBlock, claimAfter / 3);
    const lost = (count: number): void => hub.gap({ reason: 'trimmed', count });
    const saw = (standing: Standing): void => {
      seen = standing;
    };
    void tend({ ...self, every, entries: hand.entries, saw, lost }, signal);
    for (let row = 0; !signal.aborted; row += 1) {
      try {
        await session(signal, () => {
          row = 0;
        });
      } catch (thrown) {
        if (signal.aborted) return;
        const error = redisError('read', thrown);
        const wait = waits[row] ?? waits.at(-1) ?? 0;
        // Once for an outage.
        if (row === 0 || error.fatal) hub.emit('error', error);
        if (error.fatal) return hub.end(error);
        hub.status('waiting', { reason: error.message, retryAt: clock.now() + wait });
        await sleep(clock, wait, signal).catch(() => {});
      }
    }
  };

  const stats = hub.stats.bind(hub);
  const standing = (): Pick<ConsumerStats, 'pending' | 'lag'> => {
    const { pending, lag } = seen;
    return { ...(pending !== undefined && { pending }), ...(lag !== undefined && { lag }) };
  };
  return toStream(Object.assign(hub, { stats: () => ({ ...stats(), ...standing() }) }));
}
