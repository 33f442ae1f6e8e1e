import { createServer } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { toResponse } from 'tipstream';
import { tipsFromEnv } from 'tipstream/env';

const tips = tipsFromEnv(process.env);
const page = `<!doctype html>
<meta charset="utf-8">
<title>Tips</title>
<ul></ul>
<script>
  new EventSource('/tips').onmessage = ({ data }) => {
    const { tipper, amount, platform } = JSON.parse(data);
    const item = document.createElement('li');
    item.textContent = tipper + ' gave ' + amount + ' on ' + platform; // foreign text: never as HTML
    document.querySelector('ul').prepend(item);
  };
</script>`;

const server = createServer(async (incoming, outgoing) => {
  const { url = '/', headers } = incoming;
  if (!url.startsWith('/tips')) return outgoing.writeHead(200, { 'content-type': 'text/html' }).end(page);
  const request = new Request(new URL(url, 'http://localhost'), {
    headers: { 'last-event-id': String(headers['last-event-id'] ?? '') },
  });
  const response = toResponse(tips, { format: 'sse', request });
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) await pipeline(response.body, outgoing).catch(() => outgoing.destroy());
  else outgoing.end();
});
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => console.log('listening', server.address()));
