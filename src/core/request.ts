import type { Endpoint } from './endpoint.ts';
import { TipstreamError } from './errors.ts';
import { type Reader, read } from './reader.ts';

/** A checked input, in the words of the wire. */
export interface Prepared {
  readonly params: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [string, string])[];
  readonly body?: string;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Checks the input of a call and spells it as the wire does.
 *
 * @throws TipstreamError `VALIDATION`
 */
export function prepare(platform: string, endpoint: Endpoint, input: unknown): Prepared {
  const refuse = (text: string): TipstreamError =>
    new TipstreamError({
      code: 'VALIDATION',
      platform,
      endpoint: endpoint.name,
      method: endpoint.method,
      message: `${platform} ${endpoint.name}: ${text}`,
    });
  const { wire = {} } = endpoint;
  if (isFields(input))
    for (const [ours, theirs] of Object.entries(wire))
      if (theirs in input && !(theirs in wire) && theirs !== ours) throw refuse(`write "${ours}", not "${theirs}"`);
  const part = (reader: Reader<unknown> | undefined): unknown => {
    if (!reader) return {};
    try {
      return read(reader, input ?? {});
    } catch (error) {
      throw refuse(`the input is not right: ${error instanceof Error ? error.message : 'invalid'}`);
    }
  };
  const spelled = (value: unknown): unknown =>
    isFields(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [wire[key] ?? key, one])) : value;
  const pairs = (value: unknown): [string, string][] =>
    Object.entries(isFields(value) ? value : {}).flatMap(([key, one]) =>
      (Array.isArray(one) ? one : [one])
        .filter((each) => each != null)
        .map((each): [string, string] => [key, String(each)]),
    );
  return {
    params: Object.fromEntries(pairs(part(endpoint.params))),
    query: pairs(spelled(part(endpoint.query))),
    ...(endpoint.body && { body: JSON.stringify(spelled(part(endpoint.body))) }),
  };
}

/**
 * Fills the `{placeholders}` of an address. A value can never leave its segment. Without `missing`, whatever cannot be filled
 * stays out.
 */
export function fill(
  template: string,
  params: Readonly<Record<string, string>>,
  missing?: (name: string) => Error,
): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name] ?? '';
    if (missing && /^\.{0,2}$/.test(value)) throw missing(name);
    return encodeURIComponent(value);
  });
}
