import type { Random } from '../core/time.ts';

/** A 32-bit number out of any text, so that `7` and `'evening'` are seeds alike (FNV-1a). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}

/**
 * A source of numbers from 0 (included) to 1 (excluded) that always gives the same row for the same seed. Every part of
 * `parts` counts, so each platform has a row of its own, whatever the others drew (mulberry32).
 */
export function seededRandom(...parts: readonly (string | number)[]): Random {
  let state = hash(parts.join('\u0000'));
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value ^= value + Math.imul(value ^ (value >>> 7), 61 | value);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of `choices`, each as likely as the others. */
export function pick<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(random() * choices.length)] ?? choices[0];
}

/** The same things in another order (Fisher-Yates). */
export function shuffled<T>(random: Random, things: readonly T[]): T[] {
  const left = [...things];
  const drawn: T[] = [];
  while (left.length > 0) drawn.push(...left.splice(Math.floor(random() * left.length), 1));
  return drawn;
}

/** An endless row in which every run of `things.length` holds each thing once: seldom things come, and come early. */
export function* dealt<T>(random: Random, things: readonly T[]): Generator<T, never> {
  if (things.length === 0) throw new RangeError('nothing to deal');
  for (;;) yield* shuffled(random, things);
}
