import { type Call, race } from './call.ts';

/** Runs equal work once for everybody who wants it. */
export interface Flights<T> {
  /**
   * Joins the work under `key`, or starts it. Whoever leaves early detaches only itself; what `start` hands to `abandoned` runs
   * when the last one has left, not when the first one has.
   */
  join(key: string, call: Call, start: (abandoned: (run: () => void) => void) => Promise<T>): Promise<T>;
}

interface Flight<T> {
  result: Promise<T>;
  waiting: number;
  abandon?: () => void;
}

/** Makes a place where equal work meets. */
export function createFlights<T>(): Flights<T> {
  const flights = new Map<string, Flight<T>>();
  let shares: boolean | undefined;
  return {
    async join(key, call, start) {
      // In workerd a promise that belongs to one request may not be awaited by another, so nothing is shared there.
      shares ??= globalThis.navigator?.userAgent !== 'Cloudflare-Workers';
      let flight = flights.get(key);
      if (!flight || !shares) {
        const started: Partial<Flight<T>> = {};
        const result = start((run) => {
          started.abandon = run;
        });
        const mine: Flight<T> = Object.assign(started, { result, waiting: 0 });
        const land = (): void => {
          delete mine.abandon;
          if (flights.get(key) === mine) flights.delete(key);
        };
        result.then(land, land);
        flights.set(key, mine);
        flight = mine;
      }
      flight.waiting += 1;
      try {
        return await race(call, flight.result);
      } finally {
        flight.waiting -= 1;
        if (!flight.waiting && flight.abandon) {
          if (flights.get(key) === flight) flights.delete(key);
          flight.abandon();
        }
      }
    },
  };
}
