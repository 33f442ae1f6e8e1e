import type { Answer } from './answer.ts';
import { type Call, errorOf, type Facts, fail } from './call.ts';
import type { Connection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { createFlights } from './flights.ts';

/** Asks once for everybody who asks the same at the same time. */
export type Sharing<Out> = (call: Call, key: string, ask: (call: Call) => Promise<Answer<Out>>) => Promise<Answer<Out>>;

const copy = <T>(data: T): T => {
  try {
    return structuredClone(data);
  } catch {
    return data;
  }
};

/**
 * Makes the meeting place of one endpoint. The request runs as a call of its own, as long as anybody waits for it and within
 * the longest of their deadlines. Everybody gets data of their own.
 */
export function createSharing<Out>(connection: Connection, endpoint: Endpoint<never, Out>): Sharing<Out> {
  const flights = createFlights<Answer<Out>>();
  const running = new Map<string, { facts: Facts; waiting: number }>();
  return async (call, key, ask) => {
    const landing = flights.join(key, call, (abandoned) =>
      connection.call(endpoint, undefined, (shared) => {
        abandoned(() => fail(shared, errorOf(shared, 'ABORTED', 'nobody waits for it any more')));
        shared.facts.deadlineAt = call.facts.deadlineAt;
        const flight = { facts: shared.facts, waiting: 0 };
        running.set(key, flight);
        return ask(shared).finally(() => {
          if (running.get(key) === flight) running.delete(key);
        });
      }),
    );
    const flight = running.get(key);
    if (!flight) return landing;
    flight.waiting += 1;
    call.facts.progress = flight.facts.progress;
    const [one, other] = [flight.facts.deadlineAt, call.facts.deadlineAt];
    flight.facts.deadlineAt = one === undefined || other === undefined ? undefined : Math.max(one, other);
    const answer = await landing;
    return flight.waiting > 1 ? { ...answer, data: copy(answer.data) } : answer;
  };
}
