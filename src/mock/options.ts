import type { Clock } from '../core/time.ts';
import type { Answer } from './answer.ts';
import type { FailOptions } from './failures.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Fault } from './faults.ts';
import type { Dialect, ScriptTip } from './platform.ts';
import type { ServiceControls } from './services.ts';
import type { Upgrade } from './upstreams.ts';
import type { RoomOptions, World } from './world.ts';

/** What an evening is like. */
export interface MockOptions {
  /** The same seed gives the same evening. @default 1 */
  seed?: string | number | undefined;
  /** Which upstreams there are, those with rooms and those with a state alike. @default all */
  platforms?: readonly string[] | undefined;
  /** Whose rooms there are. @default one per platform and dialect, which without `strict` answers to any name */
  rooms?: readonly RoomOptions[] | undefined;
  /** For every request: `quiet` (nothing but what you inject), `empty`, `format:2`, `status:401`, `429:date:2`, `latency:12000`, ... @default 'evening' */
  scenario?: string | undefined;
  /** Ends the evening after so many tips of its script. @default no end */
  limit?: number | undefined;
  /** How fast the evening goes; with `Infinity` everything is due at once. @default 1 */
  pace?: number | undefined;
  /** Mean time between two tips of one room, in milliseconds of the evening. @default 4000 */
  every?: number | undefined;
  /** Events in one page at most. @default 10 */
  pageSize?: number | undefined;
  /** Events that a log (the true Chaturbate) already holds when its first visitor comes. @default 3 */
  backlog?: number | undefined;
  /** Failures over the evening; none of them loses an event. @default none */
  faults?: FaultPlan | undefined;
  /** Whether credentials are checked. @default false */
  strict?: boolean | undefined;
  /** Whether pages of other origins may read the answers. @default true */
  cors?: boolean | undefined;
  /** Whether the documented rate limits are counted and told. @default false */
  rateLimits?: boolean | undefined;
  /** @default the clock of the machine */
  clock?: Clock | undefined;
}

/** One request that arrived, as it arrived: credentials are not masked, so that a test can look at them. */
export interface MockRequest {
  /** The HTTP method. */
  method: string;
  /** Path and query. */
  path: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Unix time in milliseconds. */
  at: number;
  /** Whose route it reached. */
  platform?: string;
  /** In which dialect. */
  dialect?: Dialect;
  /** What was answered; absent until then. */
  status?: number;
  /** What was made to fail, e.g. `429` or `reset`. */
  fault?: string;
}

/** Which room is meant. */
export interface Where {
  /** @default that of the first room that fits: `contract` where there is one */
  dialect?: Dialect | undefined;
  /** @default that of the first room that fits */
  channel?: string | undefined;
}

/** A tip that a test makes happen. */
export interface InjectedTip extends Where {
  /** @default 100 */
  amount?: number | undefined;
  /** The name on the wire. @default 'supporter' */
  tipper?: string | undefined;
  /** @default '' */
  message?: string | undefined;
  /** @default false */
  anonymous?: boolean | undefined;
  /** The shape on the wire. @default the first of the platform */
  format?: string | undefined;
}

/** A path that is answered. */
export interface ServedRoute {
  /** The upstream that answers. */
  platform: string;
  /** How it talks there. */
  dialect: Dialect;
  /** The HTTP method. */
  method: string;
  /** The path; `:name` stands for one segment. */
  path: string;
}

/** An upstream with a state of its own that is served. */
export interface ServedService {
  /** The upstream. */
  readonly name: string;
  /** What every path begins with where many upstreams share a port, e.g. `/tipping`. */
  readonly prefix: string;
  /** Addresses of the true upstream that the prefix stands for. */
  readonly origins: readonly string[];
}

/** The upstreams without a transport: what a server and a test double have in common. */
export interface Mock extends ServiceControls {
  /** The evening as a script. */
  readonly world: World;
  /** The first `count` tips of the evening, in order across all rooms. */
  script(count?: number): readonly ScriptTip[];
  /** Every request so far, the last 10,000 of them. */
  readonly requests: readonly MockRequest[];
  /** Failures so far by platform, then by kind: `{ chaturbate: { '429': 2, reset: 1 } }`. */
  readonly faults: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Makes a tip happen now. */
  tip(platform: string, tip?: InjectedTip): ScriptTip;
  /** Makes any event happen now; it is sent as it is. */
  emit(platform: string, event: unknown, where?: Where): void;
  /** The next request fails in this way (`'reset'`, `'status:503'`, `'429:date:2'`, or a fault), or the next `times`. */
  fail(fault: Fault | string, options?: FailOptions): void;
  /** Replaces the credential of a room, as when a token is rotated. */
  rekey(platform: string, credential: string, where?: Where): void;
  /** Variables that lead a program to the rooms behind `origin`. */
  env(origin: string): Readonly<Record<string, string>>;
  /** The paths that are answered. */
  readonly routes: readonly ServedRoute[];
  /** Whether any upstream has this path, or is found at this whole address. */
  serves(address: string): boolean;
  /** Answers one request. Whoever sends the answer calls its `handedOut`. */
  answer(request: Request): Promise<Answer>;
  /** The upstreams with a state that are here, and where they are in the world. */
  readonly services: readonly ServedService[];
  /** Answers one request for a socket: `open` is given the other side of it, if it is not refused. */
  upgrade(request: Request): Promise<Upgrade>;
}
