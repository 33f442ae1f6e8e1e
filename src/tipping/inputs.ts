import { isWire, type Wire } from '../stream/tip-wire.ts';

/** Says what is wrong with a value, or nothing (TP-35). */
type Rule = (value: unknown) => string | undefined;

/** A rule for every field of an input; the ones of optional fields begin with `maybe`. */
type Rules<T> = { readonly [K in keyof T]-?: Rule };

export const text: Rule = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'give a text that is not empty';

const isText: Rule = (value) => (typeof value === 'string' ? undefined : 'give a text');

/** How many tokens: there are no half ones, and none that are owed. */
export const tokens: Rule = (value) =>
  Number.isSafeInteger(value) && Number(value) > 0 ? undefined : 'give a positive whole number';

const flag: Rule = (value) => (typeof value === 'boolean' ? undefined : 'give true or false');

const maybe =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined ? undefined : rule(value);

export const maybeText = maybe(isText);
export const maybeTokens = maybe(tokens);
export const maybeFlag = maybe(flag);
export const maybeTexts = maybe((value) =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') ? undefined : 'give a list of texts',
);
export const maybeNumber = maybe((value) => (Number.isFinite(value) ? undefined : 'give a number'));

const fieldsOf = (input: unknown): Wire => (isWire(input) ? input : {});

function check<T>(all: Wire, rules: Readonly<Record<string, Rule>>): asserts all is T & Wire {
  for (const [name, rule] of Object.entries(rules)) {
    const wrong = rule(all[name]);
    if (wrong) throw new TypeError(`${name}: ${wrong}`);
  }
}

/** An input whose fields keep the rules; the fields without a rule go along. */
export const open =
  <T>(rules: Readonly<Record<string, Rule>>) =>
  (input: unknown): T => {
    const all = fieldsOf(input);
    check<T>(all, rules);
    return all;
  };

/** The fields of an input that the rules name, once they keep them. */
export const fields =
  <T>(rules: Rules<T>) =>
  (input: unknown): T => {
    const all = fieldsOf(input);
    const known = Object.keys(rules).flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]]));
    return open<T>(rules)(Object.fromEntries(known));
  };

/** An id that may be given by itself: `streams.end(id)`. */
export const id = <const Name extends string>(name: Name) => {
  const read = fields<{ readonly [K in Name]: string }>({ [name]: text } as Rules<{ [K in Name]: string }>);
  return (input: unknown): string | { readonly [K in Name]: string } =>
    read(typeof input === 'string' ? { [name]: input } : input);
};

/** What belongs to a model and keeps the wire's spelling, under `patch`. */
export const patchOf =
  <T>() =>
  (input: unknown): { patch: T } => {
    const { patch } = fieldsOf(input);
    const fits = (value: unknown): value is { patch: T } => isWire(value);
    if (fits(patch)) return patch;
    throw new TypeError('patch: give an object');
  };

/** Documents: a form with files, or an object in the wire's spelling (TP-36). */
export const documents = (input: unknown): FormData | Wire => {
  if (input instanceof FormData || isWire(input)) return input;
  throw new TypeError('documents: give a FormData or an object');
};
