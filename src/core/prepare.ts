import { type Reader, read } from './reader.ts';
import { isSecretName } from './redact.ts';
import type { Prepare, Prepared } from './request.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof FormData);

/** The fields of an object as pairs of words; lists repeat the name, what is not there is left out. */
const pairs = (value: unknown): [string, string][] =>
  Object.entries(value ?? {}).flatMap(([key, item]) =>
    [item].flat().flatMap((one): [string, string][] => (one == null ? [] : [[key, String(one)]])),
  );

/** A form with files says itself what it is. */
const sentAs = (body: unknown, form = false): Pick<Prepared, 'body' | 'headers'> =>
  body instanceof FormData
    ? { body }
    : {
        body: form ? String(new URLSearchParams(pairs(body))) : JSON.stringify(body),
        headers: { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' },
      };

/** Checks the input of a call and spells it as the wire does. An input in the wire's spelling is refused: it would be passed over. */
export const prepare: Prepare = ({ wire = {}, params, query, body, form }, input, refuse, secret) => {
  for (const [ours, theirs] of Object.entries(wire))
    if (isFields(input) && theirs in input && !(theirs in wire) && theirs !== ours)
      throw refuse(`write "${ours}", not "${theirs}"`);
  // A server that repeats a password in its error must not make us repeat it.
  for (const [name, value] of Object.entries(isFields(input) ? input : {}))
    if (typeof value === 'string' && isSecretName(name)) secret(value);
  const part = (reader: Reader<unknown> | undefined): unknown => {
    try {
      return reader && read(reader, input ?? {});
    } catch (error) {
      throw refuse(`the input is not right: ${error instanceof Error ? error.message : 'invalid'}`);
    }
  };
  const spelled = (value: unknown): unknown =>
    isFields(value)
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [Object.hasOwn(wire, key) ? wire[key] : key, one]))
      : value;
  return {
    params: Object.fromEntries(pairs(part(params))),
    query: pairs(spelled(part(query))),
    ...(body && sentAs(spelled(part(body)), form)),
  };
};
