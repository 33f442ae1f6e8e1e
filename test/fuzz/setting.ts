import fc from 'fast-check';
import { isTipstreamError } from '../../src/core/errors.ts';
import type { Json } from '../support/mutations.ts';

const said = (name: string): number | undefined => {
  const value = Number(process.env[name]);
  return process.env[name] !== undefined && Number.isFinite(value) ? value : undefined;
};

/**
 * How a property is tried: `runs` times, or `FUZZ_RUNS` times as often. A failure prints its seed and path: `FUZZ_SEED=... FUZZ_PATH=...` tries
 * that one again.
 */
export function tries(runs: number): { numRuns: number; seed?: number; path?: string } {
  const seed = said('FUZZ_SEED');
  const path = process.env.FUZZ_PATH;
  return {
    numRuns: Math.ceil(runs * (said('FUZZ_RUNS') ?? 1)),
    ...(seed !== undefined && { seed }),
    ...(path && { path }),
  };
}

/** Words that JavaScript, HTTP, JSON, HTML or a clock give a meaning to. */
const words = [
  '__proto__',
  'constructor',
  'toString',
  'toJSON',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-Infinity',
  '1e999',
  '-1',
  '0',
  '00',
  '0x10',
  '1e3',
  '9007199254740993',
  '99999999999999999999',
  '2026-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  'Sun, 06 Nov 1994 08:49:37 GMT',
  'true',
  '',
  ' ',
  '\u0000',
  '\r\n',
  '\u2028',
  '\ud800',
  '😀',
  '\u202e',
  '<script>',
  '"',
  '\\',
  '%',
  '%zz',
  '../..',
  '{token}',
  '{username}',
  'https://evil.example/',
  '//evil.example',
  'javascript:alert(1)',
  'data:image/svg+xml,<svg/>',
  'Bearer x',
  'isAnon',
  'x'.repeat(5000),
  '['.repeat(300),
] as const;

/** A text as nobody expects it. */
export const text = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...words),
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...words), { maxLength: 3 }).map((parts) => parts.join('')),
  );

const numbers = [
  0,
  -0,
  1,
  -1,
  0.5,
  1e21,
  -1e308,
  2 ** 53,
  8.64e15 + 1,
  1e-7,
  Number.MAX_VALUE,
  1767225600,
  1767225600000,
];

/** A value that JSON can bring, with names of fields that mean something. */
export const json = (names: readonly string[] = []): fc.Arbitrary<Json> =>
  fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom<Json[]>(null, true, false),
      fc.constantFrom(...numbers),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      text(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        fc.oneof(fc.constantFrom('__proto__', 'data', 'id', 'type', ...names), fc.string({ maxLength: 5 })),
        tie('value'),
        { maxKeys: 6 },
      ),
    ),
  })).value;

/** The text of an answer, a frame or a payload: JSON, JSON that is spoiled, or none. */
export const body = (names: readonly string[] = []): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: json(names).map((value) => JSON.stringify(value)) },
    {
      weight: 1,
      arbitrary: fc.tuple(json(names), fc.nat(200)).map(([value, at]) => JSON.stringify(value).slice(0, at)),
    },
    { weight: 1, arbitrary: text() },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '[[[[[['.repeat(2000),
        '{"a":'.repeat(3000),
        `${'['.repeat(4000)}${']'.repeat(4000)}`,
        '1e999',
        '{"a":1e999,"amount":1e999}',
      ),
    },
  );

/** Runs something that may fail, and only with an error of ours; in a reader, which may also throw what its caller makes one of ours of. */
export async function orOurs<T>(run: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (isTipstreamError(error)) return undefined;
    throw error;
  }
}

/** A value that is what JSON can hold: no number that is none, nothing that cannot be sent on. */
export function isPlain(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return !Number.isNaN(value);
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null || depth > 40) return true;
  return Object.values(value).every((each) => isPlain(each, depth + 1));
}

/** Lets time go by, `ms` at a time, until something is so. What is done outside of the clock (a digest, an import) takes as long as the machine lets it. */
export async function until(
  clock: { advance(ms: number): Promise<void> },
  ms: number,
  done: () => boolean,
): Promise<void> {
  const patience = performance.now() + 10_000;
  while (!done() && performance.now() < patience) await clock.advance(ms);
}
