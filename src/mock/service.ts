import type { Clock, Random } from '../core/time.ts';
import type { Answer } from './answer.ts';

/** What a service of the mock is made with. */
export interface ServiceSetting {
  clock: Clock;
  /** Seeded by the mock's seed and the service's name: the same seed, the same evening. */
  random: Random;
  /** How much faster than the clock the script goes. */
  pace: number;
  /** Milliseconds between the events of a script, on average; `Infinity` in a quiet evening, in which nothing happens by itself. */
  every: number;
  /** Whether credentials are checked against those that the mock gave out. */
  strict: boolean;
  /** Whether the documented rate limits are counted. @default false */
  rateLimits?: boolean | undefined;
  /** Where it is served with its prefix, e.g. `http://127.0.0.1:5000/tipping`. Known once the mock listens. */
  origin(): string;
}

/** A request that reached a service. */
export interface ServiceVisit {
  request: Request;
  url: URL;
  /** The `:names` of the path, decoded. */
  params: Readonly<Record<string, string>>;
  /** The body as JSON or as a form, by its content type; a field that comes several times is a list. `undefined` where there is none or it cannot be read. */
  body(): Promise<unknown>;
}

/** One path of a service, below its prefix. `:name` stands for one segment. */
export interface ServiceRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  answer(visit: ServiceVisit): Answer | Promise<Answer>;
}

/** The upstream's side of one socket. */
export interface Peer {
  readonly open: boolean;
  /** Text as it is, anything else as JSON. */
  send(message: unknown): void;
  /** The closing handshake. */
  close(code?: number, reason?: string): void;
  /** Cuts the connection without a word. */
  drop(): void;
  /** Neither sends nor reads from here on, and does not close. */
  freeze(): void;
  /** Calls `listener` for every message of the client; one that throws closes this socket with 1011. */
  onMessage(listener: (text: string) => void): void;
  /** Calls `listener` when the socket is gone: with the client's code, or 1006 where nothing was said. */
  onClose(listener: (code: number) => void): void;
}

/** One path of a service that is a socket. */
export interface ServiceSocket {
  path: string;
  /** A status refuses the upgrade before it is accepted. */
  refuse?(visit: ServiceVisit): number | undefined;
  /** Somebody is let in: `peer` is who talks to them. */
  open(visit: ServiceVisit, peer: Peer): void;
}

/** A service that runs: its routes, and what a test can see and do. */
export interface RunningService<Controls> {
  routes: readonly ServiceRoute[];
  sockets?: readonly ServiceSocket[];
  /** The variables that lead a program here. */
  env?(origin: string): Readonly<Record<string, string>>;
  controls: Controls;
  /** Ends its timers. */
  close?(): void;
}

/** An upstream with a state of its own, served below a prefix. */
export interface MockService<Controls = unknown> {
  name: string;
  /** e.g. `/tipping`. */
  prefix: string;
  /** The addresses of the true upstream that `prefix` stands for, for the handlers of `msw`. */
  origins: readonly string[];
  create(setting: ServiceSetting): RunningService<Controls>;
}
