/** One worker of the fleet, until somebody kills it; `SIGTERM` closes it in good order. */
import { Redis } from 'ioredis';
import { createFleet } from '../../src/adapters/fleet.ts';
import { createRelay } from '../../src/adapters/redis.ts';
import { pollTips } from '../../src/stream/poll-tips.ts';

const [url = '', upstream = '', name = '', lease = '10000', interval = '5000'] = process.argv.slice(2);

const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
redis.on('error', () => {});

interface Wire {
  number: number;
  text: string;
  at: number;
}

/** How many streams it has opened so far. */
let opened = 0;

const fleet = createFleet({ redis, lease: Number(lease), logger: { warn: console.error, error: console.error } });
const worker = fleet.work({
  name,
  relay: createRelay({ redis }),
  open: ({ room, platform }, { checkpoint }) => {
    opened += 1;
    const by = `${name}/${opened}`;
    return pollTips<Wire>({
      platform,
      channel: String(room),
      interval: Number(interval),
      checkpoint,
      logger: false,
      async fetch(cursor = '0', signal) {
        const answer = await fetch(`${upstream}/${room}?after=${cursor}&by=${by}`, { signal });
        const { events, next } = await answer.json();
        return { events, cursor: String(next) };
      },
      toTip: ({ number, text, at }) => ({
        platform,
        id: `${platform}:${room}:${number}`,
        amount: 1,
        tipper: 'Anonymous',
        message: text,
        timestamp: at / 1000,
      }),
    });
  },
});

process.on('SIGTERM', async () => {
  await worker.close();
  redis.disconnect();
});
process.on('unhandledRejection', (reason) => {
  console.error('UNHANDLED', reason);
  process.exit(70);
});
process.send?.('up');
