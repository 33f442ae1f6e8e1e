/**
 * A receiver of webhooks. It answers 200 only when every watcher took the tip, so a sender that tries again after a failure loses nothing; a
 * second delivery of the same tip is answered like the first and told to nobody. A callback that fails is called again with its tip, which is not taken
 * meanwhile: without `onFailure: 'retry'` it would be, and the sender would forget it.
 *
 *   node docs/examples/webhook.ts [port]
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { createSource, isTipstreamError, type TipEvent } from 'tipstream';
import { runUntilSignal } from 'tipstream/node';
import { tipEventSchema } from 'tipstream/schemas';

const [port = '8080'] = process.argv.slice(2);
const tips = createSource<TipEvent>({ platform: 'webhook', id: (tip) => tip.id, unwatched: 'reject' });

/** Takes one delivery, and gives the status of the answer. Here the sender speaks our words; of another one you would make a tip first. */
async function receive(body: string): Promise<number> {
  try {
    const read = tipEventSchema['~standard'].validate(JSON.parse(body));
    if (read.issues) return 400;
    await tips.push(read.value);
    return 200;
  } catch (error) {
    // 503 asks the sender to come again; what is no tip never becomes one.
    return isTipstreamError(error, 'CONSUMER') ? 503 : 400;
  }
}

await runUntilSignal(async (signal) => {
  tips.stream.subscribe((tip) => console.log(`${tip.tipper} gave ${tip.amount} ${tip.unit}`), { onFailure: 'retry' });
  const server = createServer(async (request, response) => {
    response.writeHead(request.method === 'POST' ? await receive(await text(request)) : 405).end();
  });
  server.listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
  console.log(`listening on ${JSON.stringify(server.address())}`);
  if (!signal.aborted) await once(signal, 'abort');
  server.close();
});
