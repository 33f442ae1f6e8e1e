import { type WebSocketHandler, type WebSocketHandlerConnection, ws } from 'msw/ws';
import type { Mock } from './options.ts';
import type { Peer } from './service.ts';
import { asText, carefully } from './socket-text.ts';

/**
 * Handlers for the sockets of the upstreams, beside those of `handlers`. What a socket is refused with cannot be told to a
 * page: it closes with 1006, as it would without msw.
 */
export function socketHandlersOf(mock: Pick<Mock, 'upgrade'>, addresses: readonly string[]): WebSocketHandler[] {
  if (addresses.length === 0) return [];
  // One handler for all: msw keeps a channel open for each.
  const begins = addresses.map((address) =>
    address.replace(/^http/, 'ws').replace(/\/$/, '').replace(/[^\w]/g, '\\$&'),
  );
  const link = ws.link(new RegExp(`^(${begins.join('|')})/`));
  return [link.addEventListener('connection', (connection) => meet(mock, connection))];
}

/** Asks the mock as a real upgrade would, and leaves the two to each other. */
async function meet(mock: Pick<Mock, 'upgrade'>, { client, info }: WebSocketHandlerConnection): Promise<void> {
  const peer = peerOf(client);
  const letIn = new Promise<void>((resolve) => client.addEventListener('open', () => resolve()));
  const protocols = [info.protocols ?? []].flat().join(', ');
  const headers = { upgrade: 'websocket', ...(protocols ? { 'sec-websocket-protocol': protocols } : {}) };
  const decided = await mock.upgrade(new Request(client.url.href.replace(/^ws/, 'http'), { headers }));
  if ('refused' in decided) return peer.drop();
  // msw may wait for this function before it lets anybody in.
  void letIn.then(() => decided.open(peer));
}

/** What comes before anybody listens is kept: the client is let in while the mock still decides. */
function peerOf(client: WebSocketHandlerConnection['client']): Peer {
  let open = true;
  let frozen = false;
  const early: string[] = [];
  const listeners: ((text: string) => void)[] = [];
  client.addEventListener('message', ({ data }) => {
    if (frozen) return;
    if (listeners.length === 0) early.push(String(data));
    for (const listener of listeners) listener(String(data));
  });
  client.addEventListener('close', () => {
    open = false;
  });
  return {
    get open() {
      return open;
    },
    send(message) {
      if (!frozen && open) client.send(asText(message));
    },
    close(code, reason) {
      if (!frozen) client.close(code, reason);
    },
    // What was sent before is on its way: msw hands it over a moment later.
    drop: () => queueMicrotask(() => client.close(1006)),
    freeze() {
      frozen = true;
    },
    onMessage(listener) {
      const careful = carefully(listener, () => client.close(1011));
      listeners.push(careful);
      for (const text of early.splice(0)) careful(text);
    },
    onClose: (listener) => client.addEventListener('close', ({ code }) => listener(code)),
  };
}
