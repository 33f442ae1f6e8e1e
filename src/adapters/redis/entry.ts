import { TipstreamError } from '../../core/errors.ts';
import type { TipEvent } from '../../stream/tip-event.ts';
import { validateNormalizedEvent } from '../../stream/validate.ts';
import { toFields } from './client.ts';

/** The one field of an entry of the stream: a tip as JSON. */
const field = 'tip';

const texts = ['id', 'unit'] as const;
const optionalTexts = ['channel', 'tipperId', 'avatarUrl'] as const;
const longestId = 512;

const wrong = (path: string): never => {
  throw new TipstreamError({ code: 'VALIDATION', message: `wrong type for ${path}` });
};

/**
 * Checks everything that is read of a tip, and gives a tip with these fields and no other.
 *
 * @throws TipstreamError `VALIDATION`, with no content in the message
 */
function checkTip(value: unknown): TipEvent {
  validateNormalizedEvent(value);
  const tip = value as TipEvent;
  for (const name of texts) if (typeof tip[name] !== 'string' || tip[name] === '') wrong(name);
  if (tip.id.length > longestId) wrong('id');
  if (typeof tip.anonymous !== 'boolean') wrong('anonymous');
  const { platform, amount, message, timestamp, id, unit, anonymous, meta } = tip;
  const checked: TipEvent = {
    platform,
    amount,
    tipper: anonymous ? 'Anonymous' : tip.tipper,
    message,
    timestamp,
    id,
    unit,
    anonymous,
  };
  for (const name of optionalTexts) {
    const text = tip[name];
    if (text === undefined) continue;
    if (typeof text !== 'string') wrong(name);
    if (!anonymous || name === 'channel') checked[name] = text;
  }
  if (tip.test !== undefined) {
    if (tip.test !== true) wrong('test');
    checked.test = true;
  }
  if (meta !== undefined) {
    if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) wrong('meta');
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
