/**
 * Every tip in a database, once. The checkpoint says how far the stream came; a tip that is delivered again after a crash has the
 * same id, and the table knows it.
 *
 *   node docs/examples/ledger.ts [folder]
 */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { tipsFromEnv } from 'tipstream/env';
import { fileStore, runUntilSignal } from 'tipstream/node';

const [folder = 'ledger'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const database = new DatabaseSync(join(folder, 'tips.sqlite'));
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS tips (
    id TEXT PRIMARY KEY, platform TEXT, channel TEXT, tipper TEXT, amount REAL, unit TEXT, message TEXT, at REAL
  ) STRICT;
`);
const insert = database.prepare('INSERT OR IGNORE INTO tips VALUES (?, ?, ?, ?, ?, ?, ?, ?)');

await runUntilSignal(async (signal) => {
  const tips = tipsFromEnv(process.env, { checkpoint: fileStore(join(folder, 'checkpoint.json')) });
  // The callback returns when the row is on the disk: only then is the tip taken, and the checkpoint moves past it.
  tips.subscribe(({ id, platform, channel = '', tipper, amount, unit, message, timestamp }) => {
    const { changes } = insert.run(id, platform, channel, tipper, amount, unit, message, timestamp);
    console.log(`${changes ? 'booked' : 'known '} ${id}`);
  });
  await once(signal, 'abort');
  await tips.close();
});
database.close();
