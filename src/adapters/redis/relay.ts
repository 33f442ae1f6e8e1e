import { configError } from '../../core/errors.ts';
import { type Clock, hours, systemClock } from '../../core/time.ts';
import type { EventStream } from '../../stream/event-stream.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { inTime, type RedisClient, redisError, toFields, toList } from './client.ts';
import { type ConsumeOptions, type ConsumerStream, consume } from './consume.ts';
import { writeTip } from './entry.ts';
import { type Fence, leaseLost } from './fence.ts';
import { statsScript } from './group-scripts.ts';
import { relayKeys } from './keys.ts';
import { type Publication, type PublishOptions, publish } from './publication.ts';
import { outcomes } from './put-script.ts';
import { createWriter } from './writer.ts';

/** What `createRelay` takes. */
export interface RelayOptions {
  /** The client of the app: a `Redis` of ioredis. */
  redis: RedisClient;
  /** The key of the Redis Stream. @default 'tipstream:tips' */
  key?: string | undefined;
  /**
   * For how long an id is remembered at least, and at most for twice as long, in milliseconds: within it, a tip that is delivered again is not
   * written again. An id of 40 characters costs about 100 bytes of Redis. Give more than the longest outage that you want to survive: what was
   * written and could not be confirmed is put again, and is known by its id.
   * @default hours(24)
   */
  idsFor?: number | undefined;
  /** How many tips that every group has acknowledged are kept, about. @default 100000 */
  maxLength?: number | undefined;
  /** For how long tips that every group has acknowledged are kept, about, in milliseconds. @default no limit but `maxLength` */
  maxAge?: number | undefined;
  /**
   * How many tips are kept whoever has not acknowledged them. What this costs a group is said as `gap`.
   * @default none: what a group has not acknowledged stays, so a group that nobody reads any more must be removed (`XGROUP DESTROY`)
   */
  hardLimit?: number | undefined;
  /** The source of time. @default the machine's */
  clock?: Clock | undefined;
}

/** What became of tips that were put. */
export interface PutResult {
  /** Tips that were written. */
  published: number;
  /** Tips whose ids stood in Redis already. */
  duplicates: number;
}

/** One group, as `stats()` shows it. */
export interface GroupStats {
  name: string;
  consumers: number;
  /** Tips that were given to a consumer and are not acknowledged. */
  pending: number;
  /** Tips that were given to nobody yet. Missing where the server does not know: before Redis 7, or after entries were deleted. */
  lag?: number;
  /** Tips that `hardLimit` took from the group and of which no consumer has said so yet. */
  trimmed: number;
}

/** What a relay holds. */
export interface RelayStats {
  /** Tips in the stream. */
  length: number;
  /** Ids that are remembered. */
  ids: number;
  groups: GroupStats[];
}

/** Tips by way of Redis: written once per id, read by groups. */
export interface Relay {
  /**
   * Watches a stream and writes its tips, in their order. A tip is taken when Redis has it. While Redis is away the tips wait, other
   * watchers of the stream go on, and nothing is lost: what this publication does not take comes again.
   */
  publish(stream: EventStream<TipEvent>, options?: PublishOptions): Publication;
  /**
   * Writes tips, each once per id. The same tips may be put again after a failure.
   *
   * @throws TipstreamError `STORE` when Redis fails (it may have written them all the same), or, fatal, when the lease is lost; `VALIDATION` for what is no tip
   */
  put(tips: readonly TipEvent[], options?: { fence?: Fence | undefined }): Promise<PutResult>;
  /**
   * Reads as one consumer of a group. A tip is acknowledged when its watcher took it; what was not comes again, first of all. What a dead
   * consumer held goes to the others. A failing callback stops its watcher (`onFailure`), and the tip stays.
   *
   * Every tip is processed at least once. Twice it is when a consumer died, hung for longer than `claimAfter`, or could not reach Redis, between
   * the taking and the acknowledgement: whoever must not count twice looks at `tip.id`.
   */
  consume(options: ConsumeOptions): ConsumerStream;
  /** What stands in Redis. @throws TipstreamError `STORE` */
  stats(): Promise<RelayStats>;
}

/**
 * Tips by way of a Redis Stream: any number of processes publish, each id is written once, and groups of consumers read.
 *
 * Needs Redis 6.2 or newer (7 for `lag`), which must not evict keys (`maxmemory-policy noeviction`) and should keep a journal (`appendonly yes`).
 *
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { createSource, type TipEvent } from 'tipstream';
 * import { createRelay } from 'tipstream/redis';
 * const redis = new Redis({ lazyConnect: true });
 * const relay = createRelay({ redis });
 * const source = createSource<TipEvent>({ platform: 'my-shop' });
 * const publication = relay.publish(source.stream);
 * const stop = relay.consume({ group: 'ledger', consumer: 'ledger-1' }).subscribe((tip) => console.log(tip.amount));
 * stop();
 * await publication.stop();
 * redis.disconnect();
 * ```
 */
export function createRelay(options: RelayOptions): Relay {
  const { redis, key = 'tipstream:tips', clock = systemClock } = options;
  const { idsFor = hours(24), maxLength = 100_000, maxAge = 0, hardLimit = 0 } = options;
  for (const [name, value] of Object.entries({ idsFor, maxLength, maxAge, hardLimit }))
    if (!(Number.isSafeInteger(value) && value >= 0))
      throw configError('redis', `${name}: ${value} is no whole number`);
  if (idsFor === 0) throw configError('redis', 'idsFor: 0 would remember nothing, and write again what is put again');
  const keys = relayKeys(key);
  const writer = createWriter(redis, keys, { idsFor, maxLength, maxAge, hardLimit }, clock);

  return {
    publish: (stream, publishing) => publish(stream, writer, publishing),
    async put(tips, { fence } = {}) {
      const results = await writer.put(
        tips.map((tip) => ({ id: tip.id, json: writeTip(tip) })),
        fence,
      );
      if (results.includes(outcomes.lost)) throw leaseLost('publish');
      const published = results.filter((outcome) => outcome === outcomes.written).length;
      return { published, duplicates: results.length - published };
    },
    consume: (consuming) => consume(redis, keys, clock, consuming),
    async stats() {
      try {
        const { stream, young, old } = keys;
        const reply = await inTime(clock, statsScript(redis, [stream, young, old, keys.facts], []));
        const [length, ids, groups, known] = toList(reply);
        const facts = toFields(known);
        return {
          length: Number(length),
          ids: Number(ids),
          groups: toList(groups)
            .map(toFields)
            .map(({ name, consumers, pending, lag }) => ({
              name: String(name),
              consumers: Number(consumers),
              pending: Number(pending),
              ...(typeof lag === 'number' && { lag }),
              trimmed: Number(facts[`lost:${name}`] ?? 0) - Number(facts[`told:${name}`] ?? 0),
            })),
        };
      } catch (error) {
        throw redisError('read the state of the relay', error);
      }
    },
  };
}
