import * as z from 'zod/mini';
import type { Schema } from '../../core/reader.ts';

/** What a schema refuses of a value. It holds no content: neither a name nor a note of whoever the value is about. */
export interface StandardIssue {
  /** In the words of `validateNormalizedEvent`: `missing field: amount`, `wrong type for object.tip.tokens`. */
  readonly message: string;
  /** Where: `['object', 'tip', 'tokens']`. */
  readonly path: readonly PropertyKey[];
}

/**
 * A schema of this package, which whoever takes a [Standard Schema](https://standardschema.dev) takes: ky, tRPC, Hono, libraries of forms. It
 * answers at once, without a promise.
 */
export interface StandardSchema<T> extends Schema<T> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Only a type: there is nothing here. */
    readonly types?: { readonly input: T; readonly output: T } | undefined;
    /** Gives a copy of the value, with every field that it had, or what is wrong with it. */
    readonly validate: (
      value: unknown,
    ) => { readonly value: T; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };
  };
}

/** What is wrong at a place, in the words of EV-7. */
function complaint(value: unknown, path: readonly PropertyKey[]): string {
  const place = path.map(String).join('.');
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return `missing field: ${place}`;
    at = Reflect.get(at, key);
  }
  return `wrong type for ${place || 'value'}`;
}

/** A schema of zod as one that shows nothing of zod: which one reads may depend on the value. */
export function standardBy<T>(choose: (value: unknown) => z.ZodMiniType<T>): StandardSchema<T> {
  return {
    '~standard': {
      version: 1,
      vendor: 'tipstream',
      validate: (value) => {
        const { success, data, error } = z.safeParse(choose(value), value);
        if (success) return { value: data };
        return { issues: error.issues.map(({ path }) => ({ message: complaint(value, path), path })) };
      },
    },
  };
}

/** A schema of zod as one that shows nothing of zod. */
export const standard = <T>(schema: z.ZodMiniType<T>): StandardSchema<T> => standardBy(() => schema);

/** The word in a field of an event: what kind of event it is. */
export const wordIn = (field: string, value: unknown): string => {
  const word: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
  return typeof word === 'string' ? word : '';
};
