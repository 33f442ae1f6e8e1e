import { channelOf } from '#channels';
import type { Channel } from './channels.node.ts';
import type { RateLimit } from './errors.ts';
import { tell } from './listener.ts';
import type { Stop } from './time.ts';

/** What every event about a request says. */
export interface TelemetryContext {
  platform: string;
  endpoint: string;
  method: string;
  /** The address, redacted; absent before there is one. */
  url?: string;
  /** Which attempt of the call it is, from 1; 0 before the first. */
  attempt: number;
  /** Unix time in milliseconds. */
  at: number;
}

/** What a client tells of its work, by name. */
export interface TelemetryEvents {
  /** A request is about to leave. */
  request: TelemetryContext;
  /** An attempt ended: with a status, with the code of its error, or both. */
  response: TelemetryContext & { elapsedMs: number; status?: number; code?: string };
  /** The call will be tried again. */
  retry: TelemetryContext & { delayMs: number; code: string };
  /** An answer said how many calls are left. */
  ratelimit: TelemetryContext & RateLimit & { rate: string };
  /** A look-up in the cache. */
  cache: TelemetryContext & { result: 'HIT' | 'MISS' | 'STALE' };
  /** The open circuit refused the call. */
  circuit: TelemetryContext & { retryAfterMs?: number };
  /** A socket was opened, or is gone. */
  socket: {
    platform: string;
    /** Unix time in milliseconds. */
    at: number;
    state: 'open' | 'closed';
  };
}

/** One event with its name. */
export type TelemetryEvent = { [K in keyof TelemetryEvents]: { type: K } & TelemetryEvents[K] }[keyof TelemetryEvents];

/** Hears every event. What it throws is swallowed. */
export type TelemetryListener = (event: TelemetryEvent) => void;

/** Spreads events to whoever listens. */
export interface Telemetry {
  on<K extends keyof TelemetryEvents>(name: K, listener: (event: TelemetryEvents[K]) => void): Stop;
  /** Builds the event only if somebody listens. */
  emit<K extends keyof TelemetryEvents>(name: K, make: () => TelemetryEvents[K]): void;
}

/** A listener; of every event where it has no name. */
interface Ear {
  name?: string;
  listener: ((event: never) => void) | undefined;
}

/** Makes the telemetry of one client. Where the runtime has channels, `tipstream:{name}` carries every event too. */
export function createTelemetry(everything?: TelemetryListener): Telemetry {
  const ears = new Set<Ear>(everything && [{ listener: everything }]);
  /** Looked for once: that costs more than to find that nobody listens there. */
  const channels: { [K in keyof TelemetryEvents]?: Channel | undefined } = {};
  return {
    on(name, listener) {
      const ear = { name, listener };
      ears.add(ear);
      return () => ears.delete(ear);
    },
    emit(type, make) {
      channels[type] ??= channelOf(type);
      const channel = channels[type];
      const publish = channel?.hasSubscribers ? (event: object) => channel.publish(event) : undefined;
      if (!publish && ears.size === 0) return;
      let event: object | undefined;
      for (const { name, listener } of [...ears, { listener: publish } as Ear]) {
        if (!listener || (name ?? type) !== type) continue;
        event ??= { type, ...make() };
        // Whoever listens to this name takes this event.
        tell(() => listener(event as never));
      }
    },
  };
}
