/** Where metrics stand. */
export interface Shelf {
  /** Registers a metric, and gives it back. */
  add<M extends object>(metric: M): M;
  /** The label of a platform. */
  platform: (name: string) => string;
}

/** So many values of one label are told apart. */
const most = 100;

/** The values of a label that comes from outside: each is a series for ever, so all beyond the first hundred are `other`. */
export function bounded(): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.size < most) known.add(value);
    return known.has(value) ? value : 'other';
  };
}

/** Makes something when it is first asked for. */
export function lazy<T>(make: () => T): () => T {
  let made: { it: T } | undefined;
  return () => {
    made ??= { it: make() };
    return made.it;
  };
}
