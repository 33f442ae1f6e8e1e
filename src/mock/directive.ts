import { type Fault, type Hint, hints } from './faults.ts';
import { mistake } from './mistake.ts';

/** What a request, or a whole mock, is asked to be like. */
export interface Directive {
  fault?: Fault;
  /** The shape of the tips. */
  format?: string;
  /** No events. */
  empty?: true;
  /** No script: only what is injected happens. */
  quiet?: true;
}

const known =
  'evening, quiet, empty, format:1, status:503, 429:date:2, latency:2000, slow:2000, reset, truncated, malformed, html:503, failure, redirect, foreign-next';

/**
 * Reads a scenario: `status:401` or only `401`, `429:date:2`, `latency:12000`, `format:2`, `quiet`, ... Several are joined by `,`.
 *
 * @throws `CONFIG` for a word that is none of them
 */
export function parseDirective(text: string): Directive {
  const directive: Directive = {};
  for (const part of text.split(',')) Object.assign(directive, parsePart(part.trim()));
  return directive;
}

function parsePart(part: string): Directive {
  const [word = '', first, second] = part.split(':');
  if (word === '' || word === 'evening') return {};
  if (word === 'quiet') return { quiet: true };
  if (word === 'empty') return { empty: true };
  if (word === 'format' && first) return { format: first };
  const fault = /^\d{3}$/.test(word)
    ? faultOf(word === '429' ? 'rate-limit' : 'status', word === '429' ? first : word, second)
    : faultOf(word, first, second);
  if (fault) return { fault };
  throw mistake(`"${part}" is no scenario; known are ${known}`);
}

function faultOf(word: string, first: string | undefined, second: string | undefined): Fault | undefined {
  const number = (value: string | undefined, otherwise: number): number =>
    value === undefined ? otherwise : Number(value);
  if (word === 'status' && first) {
    const status = number(first, 500);
    return Number.isInteger(status) && status >= 200 && status <= 599 ? { kind: 'status', status } : undefined;
  }
  if (word === 'rate-limit') {
    const hint = first === undefined ? 'seconds' : hintNamed(first);
    return hint && { kind: 'rate-limit', hint, seconds: number(second, 1) };
  }
  if (word === 'latency' || word === 'slow') return { kind: word, ms: number(first, 12_000) };
  if (word === 'html') return { kind: 'html', status: number(first, 200) };
  if (
    word === 'reset' ||
    word === 'truncated' ||
    word === 'malformed' ||
    word === 'failure' ||
    word === 'redirect' ||
    word === 'foreign-next'
  )
    return { kind: word };
  return undefined;
}

const hintNamed = (name: string): Hint | undefined => hints.find((hint) => hint === name);
