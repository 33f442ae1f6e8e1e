import { isWire } from './tip-wire.ts';

/** The events in a payload of a relay: one event, a list, a page with `events`, a frame, or any of these as lines of JSON. */
export function unpack(payload: unknown): unknown[] {
  if (typeof payload === 'string') {
    return payload.split('\n').flatMap((line) => {
      // `{}` is a socket's ping. A line that is no JSON stays text, which a normaliser reports as invalid.
      if (/^(\{\s*\})?$/.test(line.trim())) return [];
      try {
        return unpack(JSON.parse(line));
      } catch {
        return [line];
      }
    });
  }
  if (Array.isArray(payload)) return typeof payload[0] === 'number' ? [payload] : payload;
  return isWire(payload) && Array.isArray(payload.events) ? payload.events : [payload];
}
