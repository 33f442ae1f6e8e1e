import type { Clock } from '../../src/core/time.ts';
import type { Change, RawAnswer } from './fault-changes.ts';

/**
 * Where a connection is cut. `before-request`: the request arrived here and goes no further. `during-request`: at some byte of
 * the request on its way to the upstream. `before-answer`: the upstream has carried it out and answers; the client hears
 * nothing. `after-headers`: between the headers and the body of the answer. `during-answer`: at some byte of the answer.
 */
export const cuts = ['before-request', 'during-request', 'before-answer', 'after-headers', 'during-answer'] as const;
export type Cut = (typeof cuts)[number];

/** A request that came by. */
export interface Passage {
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly socket: boolean;
  /** Where it was cut; a socket's `cut` is `socket`. */
  cut: Cut | 'socket' | undefined;
  /** What was done to its answer; a socket that was frozen is `freeze`. */
  changed?: Change | 'freeze';
  /** Bytes of the request that went to the upstream. */
  sent: number;
  /** Bytes of the upstream that went to the client. */
  received: number;
  /** What the upstream answered, whether the client heard of it or not. */
  status?: number;
  /** Whether it is over. */
  over: boolean;
}

export interface FaultProxyOptions {
  /** Where the requests go, e.g. `http://127.0.0.1:5000`. */
  target: string;
  /** @default 1 */
  seed?: string | number;
  /** The share of requests that are cut. @default 0.5 */
  rate?: number;
  /** The cuts, and what else is done, to choose from. @default all cuts */
  cuts?: readonly [Cut | Change, ...(Cut | Change)[]];
  /** Decides instead of chance. `'none'` lets a request pass. */
  decide?(passage: Passage): Cut | Change | 'none' | undefined;
  /** The share of sockets with a fault that freeze where others are cut. @default 0 */
  freezes?: number;
  /** After so long, in milliseconds of the clock, the network says of a frozen socket that it is gone. @default never */
  givesUp?: number;
  /** Told of every answer that an upstream gave: whether all of it arrived, as it was. */
  told?(passage: Passage, answer: RawAnswer, whole: boolean): void;
  /** Every request, and every answer, is kept for up to so many milliseconds. @default 0 */
  delay?: number;
  /** A socket is cut at a byte below this, counted from the upstream's first. @default 2000 */
  socketBytes?: number;
  /** So many passages are remembered, the latest. @default all */
  remembers?: number;
  clock?: Clock;
}

export interface FaultProxy {
  readonly url: string;
  readonly passages: readonly Passage[];
  /** Whether connections are accepted; while they are not, whoever comes is refused. */
  listen(accepts: boolean): Promise<void>;
  close(): Promise<void>;
}
