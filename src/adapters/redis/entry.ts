import { TipstreamError } from '../../core/errors.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { isUniformTip, validateNormalizedEvent } from '../../stream/validate.ts';
import { toFields } from './client.ts';

/** The one field of an entry of the stream: a tip as JSON. */
const field = 'tip';

const optionalTexts = ['channel', 'tipperId', 'avatarUrl'] as const;
const longestId = 512;

const wrong = (path: string): never => {
  throw new TipstreamError({ code: 'VALIDATION', message: `wrong type for ${path}` });
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Checks everything that is read of a tip, and gives a tip with these fields and no other.
 *
 * @throws TipstreamError `VALIDATION`, with no content in the message
 */
function checkTip(value: unknown): TipEvent {
  if (!isUniformTip(value)) {
    // Says which field it is.
    validateNormalizedEvent(value);
    return wrong('tip');
  }
  const { platform, amount, tipper, message, timestamp } = value;
  const more: Partial<Record<keyof TipEvent, unknown>> = value;
  const { id, unit, anonymous, test, meta } = more;
  if (!isText(id) || id.length > longestId) return wrong('id');
  if (!isText(unit)) return wrong('unit');
  if (typeof anonymous !== 'boolean') return wrong('anonymous');
  const checked: TipEvent = {
    platform,
    amount,
    tipper: anonymous ? 'Anonymous' : tipper,
    message,
    timestamp,
    id,
    unit,
    anonymous,
  };
  for (const name of optionalTexts) {
    const text = more[name];
    if (text === undefined) continue;
    if (typeof text !== 'string') return wrong(name);
    if (!anonymous || name === 'channel') checked[name] = text;
  }
  if (test !== undefined) {
    if (test !== true) return wrong('test');
    checked.test = true;
  }
  if (meta !== undefined) {
    if (!isFields(meta)) return wrong('meta');
    checked.meta = meta;
  }
  return checked;
}

/**
 * A tip as it is written. What came with `raw` is not in it.
 *
 * @throws TipstreamError `VALIDATION` for what is no tip, and what cannot be JSON
 */
export function writeTip(tip: TipEvent): string {
  const checked = checkTip(tip);
  try {
    return JSON.stringify(checked);
  } catch {
    return wrong('meta');
  }
}

/** What one entry holds: a tip, or what is wrong with it. */
export function readEntry(fields: unknown): TipEvent | { path: string; code: string } {
  // As we write it, it is the one field; a foreign hand may have added others.
  const text = Array.isArray(fields) && fields[0] === field ? fields[1] : toFields(fields)[field];
  if (typeof text !== 'string') return { path: field, code: `missing field: ${field}` };
  try {
    return checkTip(JSON.parse(text));
  } catch (error) {
    return { path: field, code: error instanceof TipstreamError ? error.message : 'no JSON' };
  }
}
