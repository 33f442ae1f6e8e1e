import type { Manner } from './platform.ts';

/** Counts the requests of any minute, for a mock that has rate limits. */
export interface Allowance {
  /** Counts one request. `headers` tell what this upstream tells; `wait` is in seconds, 0 within the limit. */
  take(now: number): { wait: number; headers: Record<string, string> };
}

export function createAllowance(limit: Manner['limit'] = { perMinute: 60, says: [] }): Allowance {
  const { perMinute, says } = limit;
  let times: number[] = [];
  return {
    take(now) {
      times = times.filter((time) => time > now - 60_000);
      const [oldest = now] = times;
      const wait = times.length < perMinute ? 0 : Math.max(1, Math.ceil((oldest + 60_000 - now) / 1000));
      if (wait === 0) times.push(now);
      const headers: Record<string, string> = {};
      if (says.includes('limit')) headers['x-ratelimit-limit'] = `${perMinute}`;
      if (says.includes('remaining')) headers['x-ratelimit-remaining'] = `${perMinute - times.length}`;
      return { wait, headers };
    },
  };
}
