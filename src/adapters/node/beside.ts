import { open, readdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Where a file is written before it takes its place. */
export const besideOf = (file: string): string => `${file}.${process.pid}.tmp`;

/**
 * Removes what processes that were killed in the middle of a write left beside a file: it may hold a session that has ended since. For whoever has the
 * lock of the file, as then nobody else is writing.
 */
export async function sweep(file: string): Promise<void> {
  const [folder, name] = [dirname(file), basename(file)];
  for (const other of await readdir(folder))
    if (other.startsWith(`${name}.`) && /^\.\d+\.tmp$/.test(other.slice(name.length)))
      await unlink(join(folder, other)).catch(() => undefined);
}

/** Without this the rename itself can be lost with the power. Windows cannot open a folder, and does not need it. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
