import { TipstreamError } from '../../core/errors.ts';
import { seconds } from '../../core/time.ts';

/** Environment variables, as `process.env`, `Deno.env.toObject()` or a worker's `env` has them. */
export type Env = Readonly<Record<string, unknown>>;

/** The variables of one platform: `{PREFIX}_{NAME}`. An empty one counts as missing, as a line `NAME=` in a `.env` file means it. */
export interface Variables {
  readonly prefix: string;
  text(name: string): string | undefined;
  /** @throws {TipstreamError} `CONFIG` when it is neither `true` nor `false`. */
  flag(name: string): boolean | undefined;
  /** Seconds, in milliseconds. @throws {TipstreamError} `CONFIG` when it is no number, or less than any client takes. */
  duration(name: string): number | undefined;
  /** @throws {TipstreamError} `CONFIG` when it is no http address. */
  address(name: string): string | undefined;
  /** @throws {TipstreamError} `CONFIG` when it is missing. */
  needed(name: string, why: string): string;
}

/** An error that names the variable and never its value, which may be a secret in the wrong place. */
export const envError = (message: string): TipstreamError =>
  new TipstreamError({ code: 'CONFIG', message: `environment: ${message}` });

/** Of an interval, in seconds. */
const shortest = 0.05;

export function variables(env: Env, prefix: string): Variables {
  const nameOf = (name: string): string => `${prefix}_${name}`;
  const text = (name: string): string | undefined => {
    const value = env[nameOf(name)];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  return {
    prefix,
    text,
    flag(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (value === 'true' || value === 'false') return value === 'true';
      throw envError(`${nameOf(name)} is neither true nor false; write one of them`);
    },
    duration(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      // Less is refused by every client, in words that are not those of whoever writes seconds.
      if (/^\d+(\.\d+)?$/.test(value) && Number(value) >= shortest) return seconds(Number(value));
      throw envError(`${nameOf(name)} is no number of seconds from ${shortest} on; write e.g. 5`);
    },
    address(name) {
      const value = text(name);
      if (value === undefined || isHttp(value)) return value;
      throw envError(`${nameOf(name)} is no address; write it out, e.g. https://events.example.com/events`);
    },
    needed(name, why) {
      const value = text(name);
      if (value !== undefined) return value;
      throw envError(`${nameOf(name)} is missing; ${why}`);
    },
  };
}

function isHttp(value: string): boolean {
  try {
    return /^https?:$/.test(new URL(value).protocol);
  } catch {
    return false;
  }
}

/** Whether an address is on this machine: a mock there asks nobody for a credential. */
export const isLocal = (address: string | undefined): boolean =>
  address !== undefined && /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(address).hostname);
