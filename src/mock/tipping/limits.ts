import { rates, type TippingRate } from '../../tipping/manner.ts';
import { refusal } from './failure.ts';
import type { TippingSwitches } from './switches.ts';

/** Counts calls by category and by whoever makes them. */
export function createLimits(switches: TippingSwitches): (rate: TippingRate, who: string, now: number) => void {
  const seen = new Map<string, number[]>();
  return (rate, who, now) => {
    if (!switches.rateLimits) return;
    const { limit, per } = rates[rate];
    const key = `${rate} ${who}`;
    const times = (seen.get(key) ?? []).filter((time) => time > now - per);
    const [oldest = now] = times;
    seen.set(key, times);
    if (times.length < limit) {
      times.push(now);
      return;
    }
    const wait = Math.max(0.1, (oldest + per - now) / 1000);
    const hint = switches.rateHint;
    throw refusal('RATE_LIMIT_EXCEEDED', {
      ...(hint === 'details' && { details: { retry_after: wait } }),
      ...(hint === 'body' && { top: { retry_after: wait } }),
      ...(hint === 'header' && { headers: { 'retry-after': String(Math.ceil(wait)) } }),
    });
  };
}
