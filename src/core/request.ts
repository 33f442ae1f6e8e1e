import type { Endpoint } from './endpoint.ts';
import { read } from './reader.ts';

/** A checked input, in the words of the wire. */
export interface Prepared {
  readonly params: Readonly<Record<string, string>>;
  readonly query: readonly [string, string][];
  readonly body?: string;
}

/** Turns the input of a call into what is sent. `refuse` makes the error for an input that is not right; `secret` hears what must not be seen. */
export type Prepare = (
  endpoint: Endpoint,
  input: unknown,
  refuse: (text: string) => Error,
  secret: (value: string) => void,
) => Prepared;

/** The fields of an object as pairs of words; lists repeat the name, what is not there is left out. */
export const pairs = (value: unknown): [string, string][] =>
  Object.entries(value ?? {}).flatMap(([key, item]) =>
    [item].flat().flatMap((one): [string, string][] => (one == null ? [] : [[key, String(one)]])),
  );

/** For endpoints without a body whose readers use the words of the wire and cannot fail. */
export const prepareSimply: Prepare = ({ params, query }, input) => ({
  params: Object.fromEntries(params ? pairs(read(params, input)) : []),
  query: query ? pairs(read(query, input)) : [],
});

/** Fills the `{placeholders}` of an address; a value cannot leave its segment. Without `missing`, what cannot be filled stays out. */
export const fill = (
  template: string,
  params: Readonly<Record<string, string>>,
  missing?: (name: string) => Error,
): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name] ?? '';
    if (missing && /^\.{0,2}$/.test(value)) throw missing(name);
    return encodeURIComponent(value);
  });
