import { maskAnonymous } from './anonymous.ts';

/** A foreign text without what would forge a line or steer a terminal. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ');

/** Longer texts say nothing more, and regular expressions take their time with them. */
export const capped = (text: string): string => text.slice(0, 10_000);

/** What an upstream says of a failure, fit to be quoted: one line of at most 500 characters. Of an event in it, only what names nobody. */
export function excerpt(text: string): string {
  const short = capped(text);
  // Whatever it says of anonymous people may name them. One word is a category.
  if (/\W/.test(short) && /anon|stealth/i.test(text)) return `(${text.length} characters, not quoted)`;
  return oneLine(/[[{]/.test(short) ? String(maskAnonymous(short)) : short)
    .slice(0, 500)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trim();
}
