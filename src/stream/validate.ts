import { TipstreamError } from '../core/errors.ts';
import type { TipEvent, UniformTip } from './tip-event.ts';

const fields = { platform: 'string', amount: 'number', tipper: 'string', message: 'string', timestamp: 'number' };

/** What is wrong with the first of the five fields that is, in the order of `UniformTip`. */
function complaint(value: unknown): string | undefined {
  for (const [name, type] of Object.entries(fields)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return `missing field: ${name}`;
    const field: unknown = Reflect.get(value, name);
    if (typeof field !== type || (type === 'number' && !Number.isFinite(field))) return `wrong type for ${name}`;
  }
  return undefined;
}

/**
 * Checks the five fields that every tip has (EV-7). More fields are welcome.
 *
 * @returns `true`
 * @throws TipstreamError `VALIDATION`: `missing field: amount`, or `wrong type for amount`. A number must be finite.
 */
export function validateNormalizedEvent(event: unknown): true {
  const message = complaint(event);
  if (message !== undefined) throw new TipstreamError({ code: 'VALIDATION', message });
  return true;
}

/** Whether a value has the five fields of a tip, each of its type. */
export const isUniformTip = (value: unknown): value is UniformTip => complaint(value) === undefined;

/** The tip with exactly the five fields that every tip has, in their order (EV-1). */
export const toUniform = ({ platform, amount, tipper, message, timestamp }: UniformTip): UniformTip => ({
  platform,
  amount,
  tipper,
  message,
  timestamp,
});

/** When the tip was given. `TipEvent.timestamp` is in seconds, a `Date` in milliseconds. */
export const tipDate = (tip: Pick<TipEvent, 'timestamp'>): Date => new Date(tip.timestamp * 1000);
