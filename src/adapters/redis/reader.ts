import { type Clock, seconds } from '../../core/time.ts';
import { inTime, patience, type RedisClient, toList } from './client.ts';
import { groupScript } from './group-scripts.ts';
import type { RelayKeys } from './keys.ts';

/** What stands in a stream: the server's id of the entry, and its fields; `null` where it was trimmed since. */
export type Entries = readonly (readonly [entry: string, fields: unknown])[];

/** The questions of one consumer, over a connection of its own: one that is held would hold up whatever else is asked on it. */
export interface Reader {
  /** Makes the group, unless it is there. @returns The entry that it was given last. */
  makeGroup(from: string): Promise<string>;
  /** What this consumer was given after `after` and did not acknowledge. To ask says that it lives and works on it. */
  held(after: string, count: number): Promise<Entries>;
  /** Says what is done: in one go with the question that follows, so that the server wakes up once. */
  acknowledge(entries: readonly string[]): Promise<unknown>;
  /** What nobody was given yet; waits for it so many milliseconds. */
  fresh(count: number, block: number): Promise<Entries>;
  /** Takes over what others were given so long ago, from `cursor` on. */
  claim(after: number, cursor: string, count: number): Promise<{ next: string | undefined; entries: Entries }>;
  /** Ends the connection, and every question with it. */
  close(): void;
}

/** How long the server holds a question at most. */
export const longestBlock = seconds(5);

const isEntry = (each: unknown): each is Entries[number] => Array.isArray(each) && typeof each[0] === 'string';
const entriesOf = (reply: unknown): Entries => toList(reply).filter(isEntry);

/** The entries of the one stream that was read. The map around them is a list of pairs, flat, or an object, by protocol and client. */
const readOf = (reply: unknown): Entries => {
  if (!Array.isArray(reply)) return entriesOf(Object.values(Object(reply))[0]);
  return entriesOf(Array.isArray(reply[0]) ? reply[0][1] : reply[1]);
};

export function openReader(
  redis: RedisClient,
  { stream }: RelayKeys,
  clock: Clock,
  { group, consumer }: { group: string; consumer: string },
): Reader {
  // What suits the app's commands, a limit of its own among it, suits no question that is held; and the first is asked before there is a connection.
  const connection = redis.duplicate({
    commandTimeout: undefined,
    socketTimeout: undefined,
    enableOfflineQueue: true,
    // A question for new tips must not be asked again by the client: the server has given out what its lost answer held. A connection that
    // broke is over, and whoever opens the next one asks for that first.
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => null,
  });
  // The questions fail with it; without a listener it would be printed.
  connection.on('error', () => {});
  const ask = (command: string, ...words: (string | number)[]): Promise<unknown> =>
    inTime(clock, connection.call(command, ...words), longestBlock + patience);
  const read = async (...words: (string | number)[]): Promise<Entries> =>
    readOf(await ask('XREADGROUP', 'GROUP', group, consumer, ...words));

  return {
    async makeGroup(from) {
      return String(await inTime(clock, groupScript(connection, [stream], [group, from])));
    },
    held: (after, count) => read('COUNT', count, 'STREAMS', stream, after),
    acknowledge: (entries) => ask('XACK', stream, group, ...entries),
    fresh: (count, block) => read('COUNT', count, 'BLOCK', block, 'STREAMS', stream, '>'),
    async claim(after, cursor, count) {
      const reply = await ask('XAUTOCLAIM', stream, group, consumer, after, cursor, 'COUNT', count);
      const [next, entries] = toList(reply);
      return { next: typeof next === 'string' && next !== '0-0' ? next : undefined, entries: entriesOf(entries) };
    },
    close: () => connection.disconnect(),
  };
}
