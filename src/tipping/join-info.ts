import { isWire, textOf, type Wire } from '../stream/tip-wire.ts';
import type { IceServer, TippingJoinInfo, TippingStream } from './models.ts';
import { model } from './readers.ts';

/** The names that platforms use for the same thing (TP-27). */
const aliases = {
  token: ['token', 'viewer_token', 'access_token', 'viewerToken'],
  signaling: ['signaling_url', 'signalling_url', 'sfu_url', 'ws_url', 'url', 'server_url'],
  ice: ['ice_servers', 'iceServers', 'turn_servers', 'turnServers'],
  inside: ['sfu', 'sfu_config', 'webrtc', 'config'],
};

/** The first of these that is anything, at the top or inside. */
const first = (parts: readonly Wire[], names: readonly string[]): unknown => {
  for (const part of parts) for (const name of names) if (part[name]) return part[name];
  return undefined;
};

/** A page throws where it is given any other. */
const isServer = (url: unknown): boolean => /^(stun|turn)s?:/i.test(textOf(url));

/** One server, or nothing where it has no address. `url` is the old name of `urls`. */
const server = (given: unknown): IceServer[] => {
  if (typeof given === 'string') return server({ urls: given });
  if (!isWire(given)) return [];
  const { urls = given.url, username, credential } = given;
  const texts = Array.isArray(urls) ? urls.filter(isServer) : isServer(urls) ? textOf(urls) : '';
  return texts.length
    ? [
        {
          urls: texts,
          ...(typeof username === 'string' && { username }),
          ...(typeof credential === 'string' && { credential }),
        },
      ]
    : [];
};

const stream = model<TippingStream>({ id: 'string' });

/** Reads what a join, a creation or a start says of the media server, whatever it calls it (TP-27). */
export function joinInfo(raw: unknown): TippingJoinInfo {
  const top = isWire(raw) ? (isWire(raw.data) ? raw.data : raw) : {};
  const parts = [top, ...aliases.inside.map((name) => top[name]).filter(isWire)];
  // Only its own place tells a stream's address from the media server's.
  const token = textOf(first(parts, aliases.token));
  const signaling = textOf(first(parts, aliases.signaling));
  const websocket = textOf(top.websocket_url);
  return {
    ...(token && { token }),
    sfu: {
      ...(signaling && { signaling_url: signaling }),
      ice_servers: [first(parts, aliases.ice) ?? []].flat().flatMap(server),
    },
    ...(isWire(top.stream) && { stream: stream(top.stream) }),
    ...(websocket && { websocket_url: websocket }),
    raw,
  };
}
