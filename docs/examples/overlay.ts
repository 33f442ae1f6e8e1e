/**
 * A page that shows tips as they come, e.g. as a browser source in OBS. The credentials stay in this program; the page gets the tips.
 *
 *   node --conditions=tipstream-source docs/examples/overlay.ts [port]
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { merge, toResponse } from 'tipstream';
import { createCamsoda } from 'tipstream/camsoda';
import { createMockServer } from 'tipstream/mock';
import { runUntilSignal } from 'tipstream/node';
import { createStripchat } from 'tipstream/stripchat';

const here = new URL('./overlay/', import.meta.url);
const [port = '8080'] = process.argv.slice(2);

await runUntilSignal(async (signal) => {
  const mock = await createMockServer({ port: 0, seed: 7, every: 2000 });
  const stripchat = createStripchat({ eventsUrl: `${mock.url}/v1/events`, token: 'not-a-secret-bearer' });
  const camsoda = createCamsoda({
    eventsUrl: `${mock.url}/external/events`,
    broadcaster: 'mock_room',
    apiKey: 'not-a-secret-api-key',
  });
  const tips = merge(stripchat.tips(), camsoda.tips());

  const html = await readFile(new URL('page.html', here));
  const script = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', here))],
    bundle: true,
    format: 'esm',
    write: false,
    conditions: ['tipstream-source'],
  });

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    if (url.pathname === '/tips') {
      const headers = new Headers();
      const seen = incoming.headers['last-event-id'];
      if (typeof seen === 'string') headers.set('last-event-id', seen);
      const response = toResponse(tips, { format: 'sse', request: new Request(url, { headers }) });
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      // When the page leaves, the pipeline ends, and with it this page's part of the stream.
      if (response.body) await pipeline(response.body, outgoing);
      else outgoing.end();
    } else if (url.pathname === '/page.js') {
      outgoing.writeHead(200, { 'content-type': 'text/javascript' }).end(script.outputFiles[0]?.contents);
    } else outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  };

  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing).catch(() => outgoing.destroy()));
  await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : port}\n`);

  if (!signal.aborted) await once(signal, 'abort');
  server.close();
  server.closeAllConnections();
  await Promise.all([stripchat.close(), camsoda.close(), mock.close()]);
});
