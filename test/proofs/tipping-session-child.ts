/** Another process with the same session: for each line on its standard input it makes 100 calls at once, and says how they went. */
import { createInterface } from 'node:readline';
import { fileStore } from '../../src/adapters/node.ts';
import { createTipping } from '../../src/tipping/index.ts';

const [baseUrl = '', path = ''] = process.argv.slice(2);
const store = fileStore(path);
const tipping = createTipping({ baseUrl, store, limiter: false, logger: false });
await tipping.auth.me();
console.log('ready');

for await (const _go of createInterface({ input: process.stdin })) {
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, (_, index) => tipping.wallet.transactions({ page: index + 1 })),
  );
  const failed = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason.message)] : []));
  console.log(JSON.stringify({ done: results.length - failed.length, failed: failed.slice(0, 3) }));
}
await tipping.close();
await store.close();
