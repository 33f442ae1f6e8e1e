import { type Answer, json } from './answer.ts';
import type { Manner, Visit } from './platform.ts';

/** What a documented polling route needs to know. */
export interface DrainOptions {
  channel?: string | null | undefined;
  credential?: string | null | undefined;
  manner: Manner;
  /** The body around the events. */
  page(events: readonly unknown[]): unknown;
}

/** The body of Chaturbate and Stripchat. */
export const tokenPage = (events: readonly unknown[]): unknown => ({ events });

/** An upstream that gives each event once: what is due, at most a page, gone when its last byte was written. */
export function drain(visit: Visit, { channel, credential, manner, page }: DrainOptions): Answer {
  const feed = visit.find('contract', { channel, credential });
  if (!feed)
    return json(visit.strict ? 401 : 404, {
      error: visit.strict ? 'the credential was refused' : 'there is no such room',
    });
  if (visit.empty) return json(200, page([]));
  feed.start();
  const lease = feed.take(visit.pageSize);
  const format = formatNamed(manner, visit.format);
  const events = lease.moments.map(
    (moment) => moment.wire ?? manner.render(moment, format ?? moment.tip?.format ?? manner.formats[0], feed.room),
  );
  return { ...json(200, page(events)), handedOut: lease.settle };
}

/** A shape by its name, or by its number as in `2`. */
const formatNamed = ({ formats }: Manner, asked: string | undefined): string | undefined =>
  asked === undefined ? undefined : formats.find((name, index) => name === asked || String(index + 1) === asked);
