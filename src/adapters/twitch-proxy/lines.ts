import type { Logger } from '../../core/logger.ts';
import { oneLine } from '../../core/words.ts';

/** Writes the lines that the proxy is known for. */
export interface Lines {
  /** `2026/02/08 23:00:00 GET /users from 10.0.0.7:51234 in 12ms` */
  request(now: number, method: string, path: string, from: string, ms: number): void;
  /** `2026/02/08 23:00:00 cache HIT /users` */
  cache(now: number, said: 'HIT' | 'MISS' | 'PURGE', text: string): void;
  /** `2026/02/08 23:00:00 twitch API error: 429 Too Many Requests - {"error":"..."}` */
  failure(now: number, status: string, text: string): void;
  warn(now: number, text: string): void;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026/02/08 23:00:00`, in the time of this machine. */
export function stamp(now: number): string {
  const at = new Date(now);
  const day = `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** Makes the lines of one proxy. A logger that throws disturbs no request. */
export function createLines(logger: Logger | false): Lines {
  let second = Number.NaN;
  let stamped = '';
  const at = (now: number): string => {
    const current = Math.floor(now / 1000);
    if (current !== second) {
      second = current;
      stamped = stamp(now);
    }
    return stamped;
  };
  const write = (level: 'info' | 'warn', line: string): void => {
    if (!logger) return;
    try {
      logger[level]?.(line);
    } catch {}
  };
  return {
    request: (now, method, path, from, ms) => write('info', `${at(now)} ${method} ${path} from ${from} in ${ms}ms`),
    cache: (now, said, text) => write('info', `${at(now)} cache ${said} ${text}`),
    failure: (now, status, text) =>
      write('warn', `${at(now)} twitch API error: ${status} - ${oneLine(text).slice(0, 500)}`),
    warn: (now, text) => write('warn', `${at(now)} ${oneLine(text)}`),
  };
}
