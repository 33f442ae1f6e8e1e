import { describe, type TipEvent } from 'tipstream';
import { safe } from './text.ts';

/** `20:14:05`, in the time zone of the machine. */
export const clockTime = (ms: number): string => {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
};

/** A line of a log, as every part of the evening writes it: `[platform] [HH:MM:SS] text`. */
const line = (platform: string, ms: number, text: string): string =>
  `[${safe(platform)}] [${clockTime(ms)}] ${safe(text)}\n`;

/** `[stripchat] [20:14:05] 100 tokens from user1: Nice!` */
export const tipLine = (tip: TipEvent): string =>
  line(
    tip.platform,
    tip.timestamp * 1000,
    `${describe(tip)} from ${tip.tipper}${tip.message === '' ? '' : `: ${tip.message}`}`,
  );

/** `faults: chaturbate 429 x2, reset x1; stripchat none` */
export const faultLine = (
  faults: Readonly<Record<string, Readonly<Record<string, number>>>>,
  platforms: readonly string[],
): string => {
  const each = platforms.map((platform) => {
    const kinds = Object.entries(faults[platform] ?? {}).map(([kind, count]) => `${kind} x${count}`);
    return `${platform} ${kinds.join(', ') || 'none'}`;
  });
  return `faults: ${each.join('; ')}\n`;
};
