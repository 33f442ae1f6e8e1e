import { maskAnonymous } from './anonymous.ts';
import { oneLine } from './words.ts';

/** Where log lines go. A method that is missing silences its level. Lines hold no secret and no name behind an anonymous tip. */
export interface Logger {
  /** Every answer. */
  debug?: ((line: string) => void) | undefined;
  /** What goes as it should, e.g. that a stream began. */
  info?: ((line: string) => void) | undefined;
  /** What an app can go on with. */
  warn?: ((line: string) => void) | undefined;
  /** What somebody must look at. */
  error?: ((line: string) => void) | undefined;
  /**
   * Makes the body of an answer fit for `debug`: it names nobody who is anonymous. Without it, lines come without bodies. A logger
   * of your own takes that of `consoleLogger('debug')`: `{ ...consoleLogger('debug'), debug: mine }`.
   */
  body?: ((text: string) => string) | undefined;
}

const levels = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof levels)[number];

const to = (level: Level) => (text: string) =>
  // biome-ignore lint/suspicious/noConsole: the one place that writes there, on behalf of whoever asked for it or asked for nothing
  console[level](text);

/** What logs where nothing else was said: warnings and errors. */
export const plainLogger = (): Logger => ({ warn: to('warn'), error: to('error') });

/**
 * Writes to `console` from `level` on.
 *
 * @param level - The lowest level that is written. `'debug'` prints every answer, with secrets and anonymous names masked.
 */
export const consoleLogger = (level: Level = 'warn'): Logger => ({
  ...Object.fromEntries(levels.slice(levels.indexOf(level)).map((each) => [each, to(each)])),
  body: (text) => String(maskAnonymous(text)),
});

/** One log line: `[twitch] [20:15:00] users: 503, trying again in 300 ms`. The time is UTC. Whatever the text says, it stays one line. */
export const line = (platform: string, at: number, text: string): string =>
  `[${platform}] [${new Date(at).toISOString().slice(11, 19)}] ${oneLine(text)}`;
