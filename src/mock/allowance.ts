import type { Manner } from './platform.ts';

/** Counts the requests of any minute, for a mock that has rate limits. */
export interface Allowance {
  /** Counts one request. `headers` tell what this upstream tells; `ok` is false beyond the limit, `seconds` is the wait then. */
  take(now: number): { ok: boolean; seconds: number; headers: Record<string, string> };
}

export function createAllowance({ perMinute, says }: Manner['limit']): Allowance {
  let times: number[] = [];
  return {
    take(now) {
      times = times.filter((time) => time > now - 60_000);
      const ok = times.length < perMinute;
      if (ok) times.push(now);
      const headers: Record<string, string> = {};
      if (says.includes('limit')) headers['x-ratelimit-limit'] = String(perMinute);
      if (says.includes('remaining')) headers['x-ratelimit-remaining'] = String(perMinute - times.length);
      return { ok, seconds: Math.max(1, Math.ceil(((times[0] ?? now) + 60_000 - now) / 1000)), headers };
    },
  };
}
