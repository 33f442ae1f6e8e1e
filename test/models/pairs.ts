/** Which events came in which state, counted. */
export interface Pairs {
  came(state: string, event: string): void;
  /** Those of the table that never came. */
  missing(): string[];
  /** Those that came and are not in the table. */
  unknown(): string[];
  /** The table in a sentence: how many pairs, how often the rarest came. */
  toString(): string;
}

/**
 * Counts the pairs of a model.
 *
 * @param possible - By state, the events that can come in it.
 */
export function createPairs(possible: Readonly<Record<string, readonly string[]>>): Pairs {
  const all = Object.entries(possible).flatMap(([state, events]) => events.map((event) => `${state} x ${event}`));
  const counts = new Map<string, number>();
  return {
    came: (state, event) => void counts.set(`${state} x ${event}`, (counts.get(`${state} x ${event}`) ?? 0) + 1),
    missing: () => all.filter((pair) => !counts.has(pair)),
    unknown: () => [...counts.keys()].filter((pair) => !all.includes(pair)),
    toString: () =>
      `${all.length} pairs of ${Object.keys(possible).length} states, the rarest ${Math.min(...all.map((pair) => counts.get(pair) ?? 0))} times`,
  };
}
