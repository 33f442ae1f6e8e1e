import type { Connection } from '../core/connection.ts';
import { type ErrorCode, TipstreamError } from '../core/errors.ts';
import { seconds } from '../core/time.ts';
import { excerpt } from '../core/words.ts';
import type { EventStream } from '../stream/event-stream.ts';
import { originOf, type Watcher } from '../stream/origin.ts';
import type { Received } from '../stream/pages.ts';
import { createSocket, type SocketSource } from '../stream/socket.ts';
import { view } from '../stream/view.ts';
import { type AnilibriaNotification, readFrame } from './events.ts';
import { createWants, isWanted, type Want } from './wants.ts';

/** The notifications of one client, over one socket. */
export interface Notifications {
  /** What `want` wants, while it is watched. */
  stream(want: Want, signal: AbortSignal | undefined): EventStream<AnilibriaNotification>;
  /** Tells the service what has changed in a `Want`. */
  settle(): void;
  auth(token: string): Promise<void>;
}

/** The service confirms no token; a refusal comes within this time (AL-25). */
const refusalWithin = seconds(5);

interface Asked {
  resolve(): void;
  reject(error: TipstreamError): void;
}

/**
 * The notifications of a client.
 *
 * @param address - Where the service is now.
 * @param probe - Asks over HTTP whether the service takes us.
 */
export function openNotifications(
  connection: Connection,
  address: () => string,
  probe: () => Promise<unknown>,
): Notifications {
  const { redactor, tokens, options, platform } = connection;
  const { clock } = options;
  const pending = new Set<Asked>();
  /** A token that the app gave to `auth`. */
  let given: string | undefined;
  let token: string | undefined;

  const failure = (code: ErrorCode, text: string, fatal = false): TipstreamError =>
    new TipstreamError({
      code,
      platform: platform.name,
      endpoint: 'notifications',
      fatal,
      message: redactor.text(`${platform.name} notifications: ${text}`),
    });
  const frame = (type: string, data: unknown): string => JSON.stringify({ type, data });
  const lookUp = (signal: AbortSignal): Promise<string | undefined> =>
    connection.call({ name: 'notifications', method: 'GET' }, signal, async (call) => given ?? tokens?.get(call));

  const source: SocketSource<AnilibriaNotification> = createSocket({
    platform: platform.name,
    connection,
    probe,
    async url(signal) {
      token = await lookUp(signal);
      return `${address().replace(/^http/, 'ws').replace(/\/$/, '')}/ws`;
    },
    talk: (line) => ({
      opened() {
        line.connected();
        if (token) line.send(frame('auth', { token }));
        // The service confirms nothing, so what was sent counts (AL-25).
        line.live();
        wants.replay();
      },
      heard(text) {
        const read = readFrame(text, clock.now());
        if (read.kind === 'invalid')
          return source.emit('invalid', { platform: platform.name, path: read.path, code: read.code });
        if (read.kind === 'notification') return source.deliver(read.notification, read.id);
        const [code, message] = [excerpt(read.code), excerpt(read.message)];
        const said = `${code}${message && ` (upstream: ${message})`}`;
        if (read.code !== 'AUTH_FAILED') {
          const error = failure('UPSTREAM', said);
          settle((asked) => asked.reject(error));
          return source.report(error);
        }
        const error = failure('AUTH', `the token was refused; give a new one as token, ${said}`, true);
        settle((asked) => asked.reject(error));
        return renewed(line.signal).then(
          (other) =>
            other ? line.drop(failure('SOCKET', 'the token was refused; another one is at hand')) : line.end(error),
          () => line.end(error),
        );
      },
    }),
  });

  /** Whether there is another token than the one that was refused: the same one would be refused for ever (AL-29). */
  const renewed = async (signal: AbortSignal): Promise<boolean> => {
    const refused = token;
    if (refused === undefined || given !== undefined) return false;
    const fresh = await connection.call({ name: 'notifications', method: 'GET' }, signal, async (call) =>
      tokens?.refresh ? ((await tokens.refresh(refused, call)) ?? tokens.get(call)) : tokens?.get(call),
    );
    return fresh !== undefined && fresh !== refused;
  };
  const settle = (how: (asked: Asked) => void): void => {
    for (const asked of [...pending]) how(asked);
    pending.clear();
  };
  const wants = createWants((type, data) => void source.send(frame(type, data)));

  const auth = (next: string): Promise<void> => {
    redactor.add(next);
    given = next;
    token = next;
    if (!source.send(frame('auth', { token: next })))
      return Promise.reject(failure('SOCKET', 'there is no connection now; the next one begins with this token'));
    return new Promise((resolve, reject) => {
      const stops = [
        clock.after(refusalWithin, () => end(resolve)),
        connection.onClose(() => end(() => reject(failure('ABORTED', 'the client was closed')))),
      ];
      const end = (how: () => void): void => {
        for (const stop of stops) stop();
        pending.delete(asked);
        how();
      };
      const asked: Asked = { resolve: () => end(resolve), reject: (error) => end(() => reject(error)) };
      pending.add(asked);
    });
  };

  return {
    auth,
    settle: wants.settle,
    stream(want, signal) {
      const shown = view<Received<AnilibriaNotification>, AnilibriaNotification>(
        source,
        ({ event }) => (isWanted(want, event.type, event.data.title_id) ? event : undefined),
        signal,
      );
      wantWhileWatched(shown, () => wants.join(want));
      return shown;
    },
  };
}

/** Joins with each watcher of a stream and leaves with it. */
function wantWhileWatched<T>(stream: EventStream<T>, join: () => () => void): void {
  const origin = originOf(stream);
  const watch = origin.watch.bind(origin);
  Object.assign(origin, {
    watch(watcher: Watcher<T>) {
      let leave: (() => void) | undefined;
      const handle = watch({
        get observe() {
          return watcher.observe;
        },
        next: (event, ticket) => watcher.next(event, ticket),
        end(error) {
          leave?.();
          watcher.end(error);
        },
        finish() {
          leave?.();
          return watcher.finish();
        },
      });
      return {
        begin() {
          leave = join();
          handle.begin();
        },
        stop() {
          handle.stop();
          leave?.();
        },
        recount: () => handle.recount(),
        invite: () => handle.invite(),
        offer: () => handle.offer(),
      };
    },
  });
}
