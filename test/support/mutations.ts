import fc from 'fast-check';

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

type Path = readonly (string | number)[];

const pathsOf = (value: Json, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, item]) => {
        const below = [...path, Array.isArray(value) ? Number(key) : key];
        return [below, ...pathsOf(item, below)];
      })
    : [];

const change = (value: Json, path: Path, to: (old: Json) => Json | undefined): Json => {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== 'object' || value === null) return value;
  const copy: Json[] | { [key: string]: Json } = Array.isArray(value) ? [...value] : { ...value };
  const old: Json = Reflect.get(copy, key);
  const next = rest.length > 0 ? change(old, rest, to) : to(old);
  if (next === undefined && !Array.isArray(copy)) Reflect.deleteProperty(copy, key);
  else Reflect.set(copy, key, next ?? null);
  return copy;
};

const replacements: readonly Json[] = [
  true,
  false,
  0,
  -5,
  1.5,
  1e308,
  2 ** 53,
  '',
  'text',
  '25',
  '-1.5',
  '0x19',
  [],
  ['tip'],
  {},
  { username: 'someone_else' },
  'x'.repeat(20_000),
  '1767225600000-7',
  '0000000000000-1',
  '17672256000x0-1',
  '17672256 0000-1',
];

/** One change of one place: another type, null, gone, one level deeper, huge. */
const mutation = fc.record({
  place: fc.nat(),
  how: fc.oneof(
    fc.constantFrom<((old: Json) => Json | undefined)[]>(
      () => null,
      () => undefined,
      (old) => ({ nested: old }),
      (old) => [old],
      (old) => (typeof old === 'number' ? String(old) : Number(old)),
    ),
    fc.constantFrom(...replacements).map((value) => () => value),
  ),
});

/** A documented shape with one to three of its places changed. */
export const mutated = (shape: Json): fc.Arbitrary<Json> =>
  fc.array(mutation, { minLength: 1, maxLength: 3 }).map((mutations) =>
    mutations.reduce<Json>((value, { place, how }) => {
      const paths = pathsOf(value);
      const path = paths[place % Math.max(1, paths.length)];
      return path ? change(value, path, how) : value;
    }, structuredClone(shape)),
  );
