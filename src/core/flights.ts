import type { Call } from './call.ts';

/** Runs equal work once for everybody who wants it. */
export interface Flights<T> {
  /**
   * Joins the work under `key`, or starts it. Whoever leaves early detaches only itself; `start`'s signal aborts when the last
   * one has left, not when the first one has.
   */
  join(key: string, call: Call, start: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
  landed: boolean;
}

/** In workerd a promise that belongs to one request may not be awaited by another, so nothing is shared there. */
const shares = (): boolean => globalThis.navigator?.userAgent !== 'Cloudflare-Workers';

/** Makes a place where equal work meets. */
export function createFlights<T>(): Flights<T> {
  const flights = new Map<string, Flight<T>>();
  return {
    async join(key, call, start) {
      let flight = shares() ? flights.get(key) : undefined;
      if (!flight) {
        const controller = new AbortController();
        const started: Flight<T> = { controller, waiting: 0, landed: false, result: start(controller.signal) };
        const land = (): void => {
          started.landed = true;
          if (flights.get(key) === started) flights.delete(key);
        };
        started.result.then(land, land);
        if (shares()) flights.set(key, started);
        flight = started;
      }
      flight.waiting += 1;
      try {
        return await call.race(flight.result);
      } finally {
        flight.waiting -= 1;
        if (flight.waiting === 0 && !flight.landed) {
          if (flights.get(key) === flight) flights.delete(key);
          flight.controller.abort(call.failure);
        }
      }
    },
  };
}
