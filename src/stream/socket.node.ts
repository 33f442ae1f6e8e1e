import { abnormal, largestFrame, type OpenWire } from './wire.ts';

/**
 * On Node the sockets are those of `ws`, loaded with the first one. Its own events are used: they cost less than standard ones, and say
 * with which status an upgrade was refused.
 */
export const loadSocket = async (): Promise<OpenWire> => {
  const { default: Socket } = await import('isomorphic-ws');
  return (url, protocols, listener) => {
    const socket = new Socket(url, [...protocols], { maxPayload: largestFrame, perMessageDeflate: false });
    let status: number | undefined;
    socket.on('open', () => listener.opened());
    socket.on('message', (data) => listener.heard(String(data)));
    socket.on('error', ({ message }) => {
      status = Number(/response: (\d{3})/.exec(message)?.[1]) || undefined;
    });
    socket.on('close', (code, reason) =>
      listener.lost({ code, reason: String(reason), clean: code !== abnormal, status }),
    );
    return {
      send: (text) => socket.send(text, () => {}),
      close: (code) => socket.close(code),
      drop: () => socket.terminate(),
    };
  };
};
