import type { WebSocket } from 'ws';
import type { Peer } from './service.ts';
import { asText, carefully } from './socket-text.ts';

/** The upstream's side of a real socket. */
export function peerOf(socket: WebSocket): Peer {
  let frozen = false;
  const isOpen = (): boolean => socket.readyState === socket.OPEN;
  const peer: Peer = {
    get open() {
      return isOpen();
    },
    send(message) {
      if (!frozen && isOpen()) socket.send(asText(message));
    },
    close(code, reason) {
      if (!frozen) socket.close(code, reason);
    },
    drop: () => socket.terminate(),
    freeze() {
      frozen = true;
      socket.pause();
    },
    onMessage(listener) {
      const careful = carefully(listener, () => socket.close(1011));
      socket.on('message', (data) => {
        if (!frozen) careful(String(data));
      });
    },
    onClose: (listener) => void socket.on('close', listener),
  };
  // What is wrong with the client's frames ends its socket, and nothing else.
  socket.on('error', () => socket.terminate());
  return peer;
}
