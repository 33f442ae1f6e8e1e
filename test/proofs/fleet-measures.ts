/** That a room was asked: when, by whom; `by` is another for each time that a worker took the room. */
export interface Asked {
  at: number;
  by: string;
}

/** A time in which a room was asked by nobody. */
export interface Silence {
  /** In milliseconds. */
  length: number;
  from: Asked;
  to: Asked;
}

/** The longest silence of each room, in milliseconds, from its first question to `ended`; longest first. */
export function silences(rooms: readonly (readonly Asked[])[], ended: number): Silence[] {
  const found: Silence[] = [];
  for (const asked of rooms) {
    const all = [...asked].sort((a, b) => a.at - b.at).concat({ at: ended, by: 'the end' });
    let longest: Silence | undefined;
    for (const [index, to] of all.entries()) {
      const from = all[index - 1];
      if (from && to.at - from.at > (longest?.length ?? -1)) longest = { length: to.at - from.at, from, to };
    }
    if (longest) found.push(longest);
  }
  return found.sort((a, b) => b.length - a.length);
}

/** The longest time in which two had the same room, each from its first to its last question, in milliseconds. */
export function longestOverlap(rooms: readonly (readonly Asked[])[]): number {
  let longest = 0;
  for (const asked of rooms) {
    const stretches = new Map<string, { from: number; to: number }>();
    for (const { at, by } of asked) {
      const { from, to } = stretches.get(by) ?? { from: at, to: at };
      stretches.set(by, { from: Math.min(from, at), to: Math.max(to, at) });
    }
    const inOrder = [...stretches.values()].sort((a, b) => a.from - b.from);
    for (const [index, one] of inOrder.entries())
      for (const other of inOrder.slice(index + 1))
        longest = Math.max(longest, Math.min(one.to, other.to) - other.from);
  }
  return longest;
}

/** How long it took until every room was asked again that a worker had when it died, in milliseconds. */
export function takeover(rooms: readonly (readonly Asked[])[], worker: string, at: number): number {
  let longest = 0;
  for (const asked of rooms) {
    const inOrder = [...asked].sort((a, b) => a.at - b.at);
    const next = inOrder.findIndex((each) => each.at > at);
    if (inOrder[next - 1]?.by.startsWith(`${worker}/`)) longest = Math.max(longest, (inOrder[next]?.at ?? at) - at);
  }
  return longest;
}
