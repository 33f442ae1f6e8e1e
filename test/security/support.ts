/** How long something takes, in milliseconds. */
export function timed(run: () => unknown): number {
  const began = performance.now();
  run();
  return performance.now() - began;
}

/** `inner` in so many objects, one in the other. */
export function nested(depth: number, inner: unknown, key = 'a', beside: object = {}): unknown {
  let value = inner;
  for (let level = 0; level < depth; level += 1) value = { ...beside, [key]: value };
  return value;
}

/** What an attempt throws, or what it gives. */
export function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
