import { createServer } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { toResponse } from 'tipstream';
import { tipsFromEnv } from 'tipstream/env';

const tips = tipsFromEnv(process.env);

const server = createServer(async (incoming, outgoing) => {
  const request = new Request(new URL(incoming.url ?? '/', 'http://localhost'), {
    headers: { 'last-event-id': String(incoming.headers['last-event-id'] ?? '') },
  });
  const response = toResponse(tips, { format: 'sse', request });
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) await pipeline(response.body, outgoing).catch(() => outgoing.destroy());
  else outgoing.end();
});
server.listen(Number(process.env.PORT ?? 8080), () => console.log('listening', server.address()));
