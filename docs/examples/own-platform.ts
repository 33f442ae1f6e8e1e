/**
 * A platform that the library does not know, with everything that the built-in ones have: waits after failures, a checkpoint, re-deliveries
 * dropped by their id.
 *
 *   node docs/examples/own-platform.ts http://127.0.0.1:8080
 */
import { pollTips, seconds, TipstreamError } from 'tipstream';
import { fileStore, runUntilSignal } from 'tipstream/node';

interface Donation {
  number: number;
  euros: number;
  donor: string | null;
  note: string;
  at: string;
}

const [url = 'http://127.0.0.1:8080', place = 'donations.json', every = '5'] = process.argv.slice(2);

const tips = pollTips<Donation>({
  platform: 'donations',
  interval: seconds(Number(every)),
  checkpoint: fileStore(place),
  async fetch(cursor = '0', signal) {
    const answer = await fetch(`${url}/donations?after=${cursor}`, { signal });
    if (answer.status === 401)
      throw new TipstreamError({
        code: 'AUTH',
        fatal: true,
        message: 'donations: the key was refused; make a new one',
      });
    if (!answer.ok)
      throw new TipstreamError({ code: 'SERVER', message: `donations: ${answer.status}; asked again later` });
    const events: Donation[] = await answer.json();
    return { events, cursor: String(events.at(-1)?.number ?? cursor) };
  },
  toTip: ({ number, euros, donor, note, at }) => ({
    platform: 'donations',
    id: `donations:-:${number}`,
    amount: euros,
    unit: 'EUR',
    tipper: donor ?? 'Anonymous',
    anonymous: donor === null,
    message: note,
    timestamp: Date.parse(at) / 1000,
  }),
});

await runUntilSignal(async (signal) => {
  for await (const tip of tips.iterate({ signal })) console.log(JSON.stringify(tip));
});
