#!/usr/bin/env node
/** `tipstream-fleet status`: who has which channels, what is silent, and how far the readers are behind. */
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { seconds, sleep, systemClock } from '../../core/time.ts';
import { withoutPassword } from '../../stream/checkpoint.ts';
import { runUntilSignal } from '../node/run-until-signal.ts';
import { createRelay } from '../redis/relay.ts';
import { createFleet } from './fleet.ts';
import { showFleet } from './show.ts';

const usage = `tipstream-fleet status [options]

  --redis <url>     where the fleet lives        (or REDIS_URL)     redis://127.0.0.1:6379
  --name <name>     which fleet                                     fleet
  --prefix <text>   what its keys begin with                        tipstream-fleet
  --relay <key>     the key of the relay's stream                   tipstream:tips
  --watch           again and again, every two seconds
  --json            as one line of JSON
`;

const options = {
  redis: { type: 'string' },
  name: { type: 'string' },
  prefix: { type: 'string' },
  relay: { type: 'string' },
  watch: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const fail = (text: string): void => {
  process.stderr.write(`tipstream-fleet: ${text}\n`);
  process.exitCode = 1;
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help || positionals.join(' ') !== 'status') {
    if (values.help) process.stdout.write(usage);
    else fail(`say what to show\n\n${usage}`);
    return;
  }
  const url = values.redis ?? process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  // The command that waits for the server tells of it.
  redis.on('error', () => {});
  const fleet = createFleet({ redis, name: values.name, prefix: values.prefix, logger: false });
  const relay = createRelay({ redis, key: values.relay });
  try {
    await runUntilSignal(async (signal) => {
      do {
        const status = await fleet.status({ relay });
        const clear = values.watch && process.stdout.isTTY ? '\u001b[2J\u001b[H' : '';
        process.stdout.write(clear + (values.json ? `${JSON.stringify(status)}\n` : showFleet(status)));
        if (values.watch) await sleep(systemClock, seconds(2), signal);
      } while (values.watch && !signal.aborted);
    });
  } finally {
    await fleet.close();
    redis.disconnect();
  }
}

main().catch((error: unknown) => fail(withoutPassword(error instanceof Error ? error.message : String(error))));
