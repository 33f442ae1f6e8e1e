/**
 * Every tip in a database, once. The checkpoint says how far the stream came; a tip that is delivered again after a crash has the
 * same id, and the table knows it. A row that cannot be written ends the program, with that tip not taken: let something start it again.
 *
 *   node docs/examples/ledger.ts [folder]
 */
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
  try {
    // The next tip is asked for when the row is on the disk: only then is this one taken, and the checkpoint moves past it.
    for await (const tip of tips.iterate({ signal })) {
      const { id, platform, channel = '', tipper, amount, unit, message, timestamp } = tip;
      const { changes } = insert.run(id, platform, channel, tipper, amount, unit, message, timestamp);
      console.log(`${changes ? 'booked' : 'known '} ${id}`);
    }
  } finally {
    await tips.close();
  }
});
database.close();
