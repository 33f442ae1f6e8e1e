import { configError } from '../core/errors.ts';
import { abnormal, type OpenWire } from './wire.ts';

/** A class as browsers have it. */
export type SocketConstructor = new (url: string, protocols?: string | string[]) => unknown;

/** The part of a standard `WebSocket` that is used. */
interface StandardSocket {
  binaryType: string;
  onopen: unknown;
  onmessage: unknown;
  onerror: unknown;
  onclose: unknown;
  send(data: string): void;
  close(code?: number): void;
  terminate?(): void;
}

const isSocket = (value: unknown): value is StandardSocket =>
  typeof value === 'object' && value !== null && 'send' in value && 'close' in value;

/** Opens sockets of the standard class, or of one that an app gives in its place. */
export const standardWire =
  (Socket: SocketConstructor): OpenWire =>
  (url, protocols, listener) => {
    const socket = new Socket(url, [...protocols]);
    if (!isSocket(socket))
      throw configError('tipstream', 'the WebSocket option makes no sockets; give a WebSocket class');
    let status: number | undefined;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => listener.opened();
    socket.onmessage = ({ data }: { data: unknown }) =>
      listener.heard(data instanceof ArrayBuffer ? new TextDecoder().decode(data) : String(data));
    // Only the class of `ws` says what the server answered to the upgrade.
    socket.onerror = ({ message }: { message?: unknown }) => {
      status = Number(/response: (\d{3})/.exec(String(message))?.[1]) || undefined;
    };
    socket.onclose = ({ code = abnormal, reason = '', wasClean = false }) =>
      listener.lost({ code, reason: String(reason), clean: wasClean, status });
    return {
      send: (text) => socket.send(text),
      close: (code) => socket.close(code),
      // A page cannot cut a connection; it can stop listening to it.
      drop: () => (socket.terminate ? socket.terminate() : socket.close()),
    };
  };
