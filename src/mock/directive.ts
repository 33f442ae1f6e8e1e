import { type Fault, hints, type PlainFault } from './faults.ts';
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
  'evening, quiet, empty, format:1, status:503, 429:date:2, latency:2000, slow:2000, reset, truncated, malformed, lost, html:503, failure, redirect, foreign-next, refuse:403, drop:3, freeze:3, garbage:3';

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
  if (word === 'status') return withStatus(first, (status) => ({ kind: 'status', status }));
  if (word === 'html') return withStatus(first ?? '200', (status) => ({ kind: 'html', status }));
  if (word === 'refuse') return withStatus(first ?? '403', (status) => ({ kind: 'refuse', status }));
  if (word === 'drop' || word === 'freeze' || word === 'garbage') {
    const after = amountIn(first, 0);
    return after === undefined ? undefined : { kind: word, after };
  }
  if (word === 'latency' || word === 'slow') {
    const ms = amountIn(first, 12_000);
    return ms === undefined ? undefined : { kind: word, ms };
  }
  if (word === 'rate-limit') {
    const hint = first === undefined ? 'seconds' : hints.find((name) => name === first);
    const seconds = amountIn(second, 1);
    return hint && seconds !== undefined ? { kind: 'rate-limit', hint, seconds } : undefined;
  }
  return plain.find(({ kind }) => kind === word);
}

const plain: readonly PlainFault[] = [
  { kind: 'reset' },
  { kind: 'truncated' },
  { kind: 'malformed' },
  { kind: 'lost' },
  { kind: 'failure' },
  { kind: 'redirect' },
  { kind: 'foreign-next' },
];

function withStatus(text: string | undefined, fault: (status: number) => Fault): Fault | undefined {
  return /^[2-5]\d\d$/.test(text ?? '') ? fault(Number(text)) : undefined;
}

/** A number of zero or more; `undefined` for what is none. */
function amountIn(text: string | undefined, otherwise: number): number | undefined {
  const amount = text === undefined ? otherwise : Number(text);
  return amount >= 0 ? amount : undefined;
}
