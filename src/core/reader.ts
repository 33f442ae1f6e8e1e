/** A schema of any library that follows Standard Schema, zod among them. */
export interface Schema<T> {
  readonly '~standard': {
    readonly types?: { readonly input: unknown; readonly output: T } | undefined;
    /** Checks a value. */
    readonly validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>;
  };
}

/** The verdict of a schema. */
export type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };

/** What turns an unknown value into a known one: a schema, or a function that throws where it cannot. */
export type Reader<T> = Schema<T> | ((value: unknown) => T);

/** Reads `value`. Throws an error whose message names the place and the kind of mismatch, never the content. */
export function read<T>(reader: Reader<T>, value: unknown): T {
  if (typeof reader === 'function') return reader(value);
  const result = reader['~standard'].validate(value);
  if ('value' in result) return result.value;
  const issue = 'issues' in result ? result.issues?.[0] : undefined;
  throw new TypeError(
    `${issue?.path?.map(String).join('.') || 'value'}: ${issue && 'code' in issue ? issue.code : 'invalid'}`,
  );
}
