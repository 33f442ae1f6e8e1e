import type { Connection } from '../core/connection.ts';
import { TipstreamError } from '../core/errors.ts';
import { minutes } from '../core/time.ts';
import type { Line } from '../stream/line.ts';
import type { Simulated } from '../stream/simulated.ts';
import { createSocket, type SocketSource, type Verdict } from '../stream/socket.ts';
import { isWire, textOf } from '../stream/tip-wire.ts';
import { createAnswers } from './answers.ts';
import { parseFrame } from './gifts/frames.ts';
import { readComment } from './normalize.ts';
import type { Comment } from './schemas/live.ts';

/** What comes over the socket of a session (TT-26). Its texts are foreign. */
export type SessionEvent =
  | { type: 'connected'; session_id: string; message: string }
  | { type: 'comment'; data: Comment }
  /** A gift, from a service that sends them (TT-42); `tiktok.tips()` reads it. */
  | { type: 'gift'; data: Readonly<Record<string, unknown>> }
  | { type: 'pong' }
  | { type: 'status_response'; session_id: string; tiktok_connected: boolean }
  /** Whatever this version does not know. */
  | { type: 'unknown'; frame: Readonly<Record<string, unknown>> };

/** One session: its events, and what can be asked over its socket. */
export interface OpenSession {
  readonly source: SocketSource<SessionEvent | Simulated>;
  requestStatus(): Promise<boolean>;
  ping(): Promise<number>;
}

/** What a session needs of its client. */
export interface SessionParts {
  connection: Connection;
  heartbeat: number;
  /** The address with the credential of now. */
  url(sessionId: string, signal: AbortSignal): Promise<string>;
  /** Asks over HTTP whether the credential is good. */
  probe(): Promise<unknown>;
  /** Connects the service to the room again, where the app wants that. */
  reconnect(sessionId: string, signal: AbortSignal): Promise<unknown> | undefined;
}

/** Without a comment for so long the service is asked whether it still hears the room: the end of a live is not always told. */
const silence = minutes(2);

const refused = [1008, 4001, 4401, 4403];

/** A key that is refused after the socket was accepted is refused for good (TT-27). */
const closed = (code: number): Verdict | undefined =>
  refused.includes(code)
    ? new TipstreamError({
        code: code === 4403 ? 'PERMISSION' : 'AUTH',
        platform: 'tiktok',
        message: `tiktok socket: ${code}, the apiKey was refused; make a new one`,
      })
    : undefined;

/** Reads one frame; `undefined` for what cannot be read. */
function readFrame(text: string): SessionEvent | undefined {
  const frame = parseFrame(text);
  if (!isWire(frame) || typeof frame.type !== 'string') return undefined;
  const { type, data } = frame;
  const session_id = textOf(frame.session_id);
  switch (type) {
    case 'connected':
      return { type, session_id, message: textOf(frame.message) };
    case 'comment': {
      const comment = readComment(data);
      return comment && { type, data: comment };
    }
    case 'gift':
      return isWire(data) ? { type, data } : undefined;
    case 'pong':
      return { type };
    case 'status_response':
      return { type, session_id, tiktok_connected: frame.tiktok_connected === true };
    default:
      return { type: 'unknown', frame };
  }
}

/** The socket of a session, open while somebody watches. */
export function openSession(sessionId: string, parts: SessionParts): OpenSession {
  const { connection, heartbeat } = parts;
  const { clock, timeout } = connection.options;
  const answers = createAnswers(clock, timeout);
  const status = '{"type":"status"}';
  const ping = '{"type":"ping"}';
  let connections = 0;
  let commentAt = 0;
  let again: Promise<unknown> | undefined;

  /** The service says whether it hears the room. */
  const heardStatus = (line: Line, connected: boolean): void => {
    answers.status.tell(connected);
    if (connected) return line.live();
    // TT-19: who tries already does not try twice as often.
    if (again) return;
    again = parts.reconnect(sessionId, line.signal);
    line.unsubscribed(
      again
        ? 'the service does not hear the room; connecting it again'
        : 'the service does not hear the room; call live.connect, or set autoConnect',
    );
    again
      ?.then(
        () => line.live(),
        (error) => line.signal.aborted || source.report(error),
      )
      .finally(() => {
        again = undefined;
      });
  };

  const source = createSocket<SessionEvent | Simulated>({
    platform: 'tiktok',
    channel: sessionId,
    connection,
    url: (signal) => parts.url(sessionId, signal),
    closed,
    probe: parts.probe,
    believes: true,
    talk(line) {
      line.signal.addEventListener('abort', () => answers.lost());
      return {
        heard(text) {
          const event = readFrame(text);
          if (!event) return source.emit('invalid', { platform: 'tiktok', path: '', code: 'unreadable frame' });
          switch (event.type) {
            case 'connected':
              // TT-23: not the open socket, the greeting is the beginning.
              line.live();
              commentAt = clock.now();
              line.silent(heartbeat * 2 + timeout);
              line.beat(heartbeat, () => (clock.now() - commentAt >= silence ? status : ping));
              // TT-29: meanwhile the room may have been lost.
              if (connections > 0) line.send(status);
              connections += 1;
              break;
            case 'comment':
              commentAt = clock.now();
              // TT-28: the same comment may come again after a reconnect.
              return source.deliver(event, `comment ${event.data.id}`);
            case 'pong':
              answers.pong.tell(clock.now());
              break;
            case 'status_response':
              if (event.session_id === '' || event.session_id === sessionId) heardStatus(line, event.tiktok_connected);
              break;
          }
          source.deliver(event);
        },
      };
    },
  });

  return {
    source,
    requestStatus: () => answers.status.ask(() => source.send(status)),
    async ping() {
      const since = clock.now();
      return (await answers.pong.ask(() => source.send(ping))) - since;
    },
  };
}
