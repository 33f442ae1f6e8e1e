import { DatabaseSync } from 'node:sqlite';

/** A storage adapter for Keyv over a file. */
export interface SqliteStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttl?: number): Promise<void>;
  delete(key: string): Promise<boolean>;
  clear(): Promise<void>;
  close(): void;
}

/** Keeps texts in a file that several processes may share. */
export function sqliteStore(path: string): SqliteStore {
  const database = new DatabaseSync(path, { timeout: 10_000 });
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = OFF');
  database.exec('CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');
  const [look, put, drop] = [
    database.prepare('SELECT value FROM kept WHERE key = ?'),
    database.prepare('INSERT INTO kept VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value'),
    database.prepare('DELETE FROM kept WHERE key = ?'),
  ];
  return {
    async get(key) {
      const row = look.get(key);
      return typeof row?.value === 'string' ? row.value : undefined;
    },
    async set(key, value) {
      put.run(key, value);
    },
    delete: async (key) => Number(drop.run(key).changes) > 0,
    async clear() {
      database.exec('DELETE FROM kept');
    },
    close: () => database.close(),
  };
}
