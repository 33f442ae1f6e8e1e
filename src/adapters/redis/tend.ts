import { type Clock, days, hours, seconds, sleep } from '../../core/time.ts';
import { inTime, type RedisClient, toList } from './client.ts';
import { forgetScript, holdScript, leaveScript, lookScript, toldScript } from './group-scripts.ts';
import type { RelayKeys } from './keys.ts';

/** How a group stands. */
export interface Standing {
  pending: number;
  /** Missing where the server does not know. */
  lag?: number;
  /** The entry that was given out last. */
  last: string;
}

/** What a consumer does beside its reading. */
export interface Tending {
  redis: RedisClient;
  keys: RelayKeys;
  clock: Clock;
  group: string;
  consumer: string;
  /** How often, in milliseconds. */
  every: number;
  /** What it works on. */
  entries(): readonly string[];
  saw(standing: Standing): void;
  /** So many tips were taken from the group. */
  lost(count: number): void;
}

/** A name that holds nothing and was silent for so long is nobody's: a consumer that lives is heard of every few seconds. */
const forgetAfter = days(1);
const forgetEvery = hours(1);

/**
 * From time to time, also while nothing is read: says that this consumer lives, looks how the group stands, and forgets the names of the dead. What
 * fails is done the next time; the reading tells of a server that fails.
 */
export async function tend(tending: Tending, signal: AbortSignal): Promise<void> {
  const { redis, clock, group, consumer } = tending;
  const { facts, stream } = tending.keys;
  const ask = (answer: Promise<unknown>): Promise<unknown> => inTime(clock, answer).catch(() => undefined);
  let said = 0;
  let forgetAt = 0;

  const look = async (): Promise<void> => {
    const reply = await ask(lookScript(redis, [facts, stream], [group]));
    if (reply === undefined) return;
    const [lost = 0, told = 0, pending = -1, lag = -1] = toList(reply).map(Number);
    const last = toList(reply)[4];
    if (typeof last === 'string') tending.saw({ pending, ...(lag >= 0 && { lag }), last });
    // What a server has forgotten begins anew.
    said = Math.max(told, said > lost ? 0 : said);
    if (lost === told) return;
    if (lost > said) tending.lost(lost - said);
    said = lost;
    await ask(toldScript(redis, [facts], [group, said]));
  };

  while (!signal.aborted) {
    await sleep(clock, tending.every, signal).catch(() => {});
    if (signal.aborted) return;
    const entries = tending.entries();
    if (entries.length > 0) await ask(holdScript(redis, [stream], [group, consumer, ...entries]));
    if (!signal.aborted) await look();
    if (signal.aborted || clock.now() < forgetAt) continue;
    forgetAt = clock.now() + forgetEvery;
    await ask(forgetScript(redis, [stream], [group, forgetAfter]));
  }
}

/** Nobody comes back under this name, as far as is known; unless it holds something it is removed. A server that is away forgets it by itself, a day later. */
export const leave = ({
  redis,
  keys,
  clock,
  group,
  consumer,
}: Pick<Tending, 'redis' | 'keys' | 'clock' | 'group' | 'consumer'>): Promise<unknown> =>
  inTime(clock, leaveScript(redis, [keys.stream], [group, consumer]), seconds(1)).catch(() => {});
