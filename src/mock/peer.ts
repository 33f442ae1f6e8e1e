import type { WebSocket } from 'ws';
import type { Peer } from './service.ts';

/** The upstream's side of a real socket. */
export function peerOf(socket: WebSocket): Peer {
  let frozen = false;
  const isOpen = (): boolean => socket.readyState === socket.OPEN;
  const peer: Peer = {
    get open() {
      return isOpen();
    },
    send(message) {
      if (!frozen && isOpen()) socket.send(typeof message === 'string' ? message : JSON.stringify(message));
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
      socket.on('message', (data) => {
        if (frozen) return;
        try {
          listener(String(data));
        } catch {
          // An upstream that stumbles over a message says so by the code for it, and goes on with its other sockets.
          socket.close(1011);
        }
      });
    },
    onClose: (listener) => void socket.on('close', listener),
  };
  // What is wrong with the client's frames ends its socket, and nothing else.
  socket.on('error', () => socket.terminate());
  return peer;
}
