/** Uses a client in every way that could keep a process alive, closes it, and ends by itself. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '../../../src/core/client.ts';
import { demo } from '../fixture.ts';

const server = createServer((request, response) => {
  if (request.url === '/slow' || request.url === '/plain') response.end('1');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
const client = connect(demo, { baseUrl: `http://127.0.0.1:${port}` }, { credential: 'not-a-secret-token' });
const codes: string[] = [];
const note = (error: { code: string }): void => void codes.push(error.code);

await client.slow();
client.slow({}, { deadline: 3_600_000 }).catch(note);
client.typed().catch(note);
await client.plain();
process.on('exit', () => console.log(codes.join()));
setTimeout(async () => {
  await client.close();
  server.close();
  server.closeAllConnections();
}, 50);
