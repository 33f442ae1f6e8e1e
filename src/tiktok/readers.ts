import { isWire, type Wire } from '../stream/tip-wire.ts';

/** What a field must be: text, fields, or a list of things with fields of their own. */
type Need = 'string' | 'fields' | Needs;

/** The fields that an answer must have. Everything else may be missing, null, new or of a new value. */
export interface Needs {
  readonly [field: string]: Need;
}

/** The place that is not as it must be; `undefined` where all is well. */
function wrong(value: unknown, needs: Needs): string | undefined {
  if (!isWire(value)) return 'value';
  for (const [key, need] of Object.entries(needs)) {
    const field = value[key];
    if (typeof need === 'string') {
      if (need === 'string' ? typeof field !== 'string' : !isWire(field)) return key;
    } else if (Array.isArray(field)) {
      const places = field.map((item, index) => {
        const place = wrong(item, need);
        return place && `${key}.${index}.${place}`;
      });
      const first = places.find(Boolean);
      if (first) return first;
    } else return key;
  }
  return undefined;
}

/** A reader of one kind of answer. It looks at what the rest depends on, and carries no library for it. */
export const shaped = <T extends Wire>(needs: Needs): ((value: unknown) => T) => {
  const fits = (value: unknown): value is T => wrong(value, needs) === undefined;
  return (value) => {
    if (fits(value)) return value;
    throw new TypeError(`${wrong(value, needs)}: invalid_type`);
  };
};
