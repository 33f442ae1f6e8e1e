import type { CallOptions } from '../core/options.ts';
import type { Tipping } from './client.ts';
import { joinInfo } from './join-info.ts';
import type { IceServer, TippingJoinInfo, TippingStream } from './models.ts';
import type { StreamInput } from './streams.ts';

/** What a page needs for `new RTCPeerConnection(configuration)` and for the media server behind it. The media itself is yours. */
export interface MediaAccess {
  /** An `RTCConfiguration`. */
  configuration: { iceServers: IceServer[] };
  /** For the media server, where the platform gives one. */
  token?: string | undefined;
  /** Where the media server is told what to send. */
  signalingUrl?: string | undefined;
  /** Everything that was said, with the answer as it came. */
  info: TippingJoinInfo;
}

/** A stream that somebody hosts or watches. */
export interface MediaSession extends MediaAccess {
  stream: TippingStream;
}

/** What a join says, ready for WebRTC (TP-26). */
export const toMediaAccess = (info: TippingJoinInfo): MediaAccess => ({
  configuration: { iceServers: info.sfu.ice_servers },
  token: info.token,
  signalingUrl: info.sfu.signaling_url,
  info,
});

/**
 * Begins a broadcast (TP-26): makes the stream, says that it is live, and gives what the host's page needs for WebRTC, from
 * whichever of the two answers has it. Errors: `KYC_REQUIRED`, `PERMISSION`. A stream that was made and could not be started
 * is ended again.
 */
export async function hostStream(
  { streams }: Pick<Tipping, 'streams'>,
  input: StreamInput,
  options?: CallOptions,
): Promise<MediaSession> {
  const made = await streams.create(input, options);
  try {
    const stream = await streams.start(made.id, options);
    const [first, second] = [joinInfo(made), joinInfo(stream)];
    const iceServers = second.sfu.ice_servers.length ? second.sfu.ice_servers : first.sfu.ice_servers;
    const signaling = second.sfu.signaling_url ?? first.sfu.signaling_url;
    return {
      ...toMediaAccess({
        ...second,
        token: second.token ?? first.token,
        sfu: { signaling_url: signaling, ice_servers: iceServers },
      }),
      stream,
    };
  } catch (error) {
    await streams.end(made.id).catch(() => undefined);
    throw error;
  }
}

/**
 * Joins a broadcast as a viewer (TP-26): gives the token and what the page needs for WebRTC. Watch `tips({ streamId })` beside it.
 * Errors: `NOT_FOUND`; `VALIDATION` or `CONFLICT` where the stream is not live.
 */
export async function joinStream(
  { streams }: Pick<Tipping, 'streams'>,
  streamId: string,
  options?: CallOptions,
): Promise<MediaSession> {
  const info = await streams.join(streamId, options);
  return { ...toMediaAccess(info), stream: info.stream ?? (await streams.get(streamId, options)) };
}
