/**
 * The rooms of a network of studios, asked by as many processes as you start, on as many machines as you like; one of them may die at any time. `TOKENS` holds the
 * tokens of the rooms as JSON, for workers only.
 *
 *   REDIS_URL=redis://127.0.0.1:6379 TOKENS='{"mira":"..."}' node docs/examples/fleet.ts work
 *   node docs/examples/fleet.ts add mira noor
 *   node docs/examples/fleet.ts remove noor
 *   node docs/examples/fleet.ts book
 *   node docs/examples/fleet.ts status
 */
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { createChaturbate } from 'tipstream/chaturbate';
import { createFleet, showFleet } from 'tipstream/fleet';
import { runUntilSignal } from 'tipstream/node';
import { createRedisLimiter, createRelay } from 'tipstream/redis';

const [command = 'status', ...rooms] = process.argv.slice(2);

// #region parts
const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
redis.on('error', ({ message }) => console.error(`redis: ${message}`));

const relay = createRelay({ redis }); // tips, each id once, read by groups
const limiter = createRedisLimiter({ redis, processes: 4 }); // one count of calls for all processes
const fleet = createFleet({ redis }); // who asks which channel
// #endregion

// #region work
/** Takes its share of the channels, and gives it to the others when it ends. */
async function work(signal: AbortSignal): Promise<void> {
  const tokens: Record<string, string> = JSON.parse(process.env.TOKENS ?? '{}');
  const worker = fleet.work({
    relay,
    limiter,
    open({ room }, { checkpoint, limiter }) {
      const username = String(room);
      const token = tokens[username];
      if (!token) throw new Error(`there is no token for ${username}`);
      return createChaturbate({ username, token, checkpoint, limiter });
    },
  });
  console.log(`${worker.name} works`);
  if (!signal.aborted) await once(signal, 'abort');
  await worker.close();
}
// #endregion

// #region add
/** Adding twice changes nothing. A description holds no credential: it is kept in Redis as it is. */
async function add(): Promise<void> {
  const channels = rooms.map((room) => ({ id: `chaturbate:${room}`, platform: 'chaturbate', room }));
  console.log(`${await fleet.add(channels)} added`);
}

/** When it is removed, nobody asks it any more and all its tips are in the relay. */
async function remove(): Promise<void> {
  for (const room of rooms) console.log(`${room} removed: ${await fleet.remove(`chaturbate:${room}`)}`);
}
// #endregion

// #region book
/** One of any number of readers: each tip goes to one of the group, and to another if that one dies with it. */
async function book(signal: AbortSignal): Promise<void> {
  const tips = relay.consume({ group: 'ledger', consumer: `ledger-${process.pid}` });
  tips.subscribe((tip) => console.log(`booked ${tip.amount} for ${tip.channel}, ${tip.id}`));
  if (!signal.aborted) await once(signal, 'abort');
  await tips.close();
}
// #endregion

// #region status
async function status(): Promise<void> {
  process.stdout.write(showFleet(await fleet.status({ relay })));
}
// #endregion

await runUntilSignal(async (signal) => {
  const commands = { work, add, remove, book, status };
  if (!(command in commands)) throw new Error(`there is no ${command}; there are ${Object.keys(commands).join(', ')}`);
  await commands[command as keyof typeof commands](signal);
});
await fleet.close();
redis.disconnect();
