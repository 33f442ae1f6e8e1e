import { onTestFinished } from 'vitest';
import type { ClientBase } from '../../src/core/client.ts';
import type { ClientOptions } from '../../src/core/options.ts';
import { createMockServer, type Dialect, type MockServer, type MockServerOptions } from '../../src/mock/index.ts';
import type { EventStream } from '../../src/stream/event-stream.ts';
import type { SourceSettings } from '../../src/stream/poll-options.ts';
import type { PushStream } from '../../src/stream/push.ts';
import type { TipClient } from '../../src/stream/tip-client.ts';
import type { TipEvent } from '../../src/stream/tip-event.ts';

/** What is asked of every client. */
export type AnyClient = Pick<ClientBase, 'rateLimits' | 'verify' | 'close' | 'on'>;

/** What a client that is asked by calls has beside. */
interface CallsOf<C> {
  /** One call that carries the credential. */
  ask(client: C): Promise<unknown>;
  /** Inputs in the wire's spelling, and the right words. */
  misspelled: readonly (readonly [ask: (client: C) => Promise<unknown>, right: string])[];
}

/** What a client with tips has beside. */
export interface TipsOf<C> {
  stream(client: C): EventStream<TipEvent>;
  push?(client: C): PushStream;
  simulate(client: C, tip?: Partial<TipEvent>): Promise<void>;
  /** One payload of a relay that holds one tip, where there is `push`. */
  payload?: unknown;
  unit: RegExp;
}

/** What every client brings to the suite. */
export interface Subject<C extends AnyClient> {
  /** As it is called in errors and tips. */
  platform: string;
  /** What tells it from another client of the platform. */
  what: string;
  /** A client of this mock, with a credential that the mock gave out, or with `credential`. */
  create(server: MockServer, options: ClientOptions, credential?: string): C;
  /** The mock, where it does not begin with an evening of its own. */
  mock?: MockServerOptions;
  /** Calls that must be refused before anything is sent. */
  mistakes: readonly (() => unknown)[];
  /** What an error says that comes of a 401 where the credential could be renewed, and how often was asked. @default AUTH, once */
  refused?: { code: string; status?: number; asked: number };
  calls?: CallsOf<C>;
  tips?: TipsOf<C>;
}

/** A client whose tips are polled from a room. */
export interface PolledSubject {
  platform: string;
  dialect: Dialect;
  /** Makes a client that asks `server`, with `credential`. */
  create(server: MockServer, credential: string, options: ClientOptions & SourceSettings): TipClient<unknown>;
  mistakes: readonly (() => unknown)[];
  payload: unknown;
}

/** The credentials of a room, one after the other. */
export const first = 'not-a-secret-first';
export const second = 'not-a-secret-second';
/** A credential that no mock gave out. */
export const wrong = 'not-a-secret-that-nobody-gave-out';
/** Whose room it is. */
export const channel = 'mira';

/** A mock of one platform that is gone after the test. */
export async function mockOf(platform: string, ...options: readonly (MockServerOptions | undefined)[]) {
  const server = await createMockServer(
    Object.assign({ port: 0, seed: 7, strict: true, platforms: [platform] }, ...options),
  );
  onTestFinished(server.close);
  return server;
}

/** The first `count` tips, or fewer when the stream ends. */
export async function gather(stream: EventStream<TipEvent>, count: number): Promise<TipEvent[]> {
  const tips: TipEvent[] = [];
  for await (const tip of stream) if (tips.push(tip) === count) break;
  return tips;
}
