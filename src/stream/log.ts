import { tell } from '../core/listener.ts';
import { type Logger, line } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';

/** Writes one line (EV-35). */
export type Log = (level: 'info' | 'warn' | 'error', text: string) => void;

/** Writes to a logger. One that throws disturbs no stream. */
export const createLog =
  (platform: string, clock: Clock, logger: Logger | false | undefined): Log =>
  (level, text) => {
    if (logger) tell(() => logger[level]?.(line(platform, clock.now(), text)));
  };
