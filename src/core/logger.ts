/** Where log lines go. A method that is missing silences its level. Lines hold no secret and no name behind an anonymous tip. */
export interface Logger {
  /** Every answer, masked. Costs time: leave it out unless you look for something. */
  debug?(line: string): void;
  info?(line: string): void;
  warn?(line: string): void;
  error?(line: string): void;
}

const levels = ['debug', 'info', 'warn', 'error'] as const;

/**
 * Writes to `console` from `level` on.
 *
 * @param level - The lowest level that is written. `'debug'` prints every answer, with secrets and anonymous names masked.
 */
export function consoleLogger(level: (typeof levels)[number] = 'warn'): Logger {
  const write = (name: (typeof levels)[number]) => (line: string) =>
    // biome-ignore lint/suspicious/noConsole: the one place that writes there, on behalf of whoever asked for it or asked for nothing
    console[name](line);
  return Object.fromEntries(levels.slice(levels.indexOf(level)).map((name) => [name, write(name)]));
}

/** One log line: `[twitch] [20:15:00] users: 503, trying again in 300 ms`. The time is UTC. */
export const line = (platform: string, at: number, text: string): string =>
  `[${platform}] [${new Date(at).toISOString().slice(11, 19)}] ${text}`;
