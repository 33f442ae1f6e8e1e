import { type Clock, systemClock } from '../../core/time.ts';
import type { EventStream } from '../../stream/event-stream.ts';
import { createSource } from '../../stream/source.ts';
import { exactId } from '../normalize.ts';

/** What of a connection of `tiktok-live-connector` is used: its events. */
export interface LiveConnection {
  /** Listens. */
  on(event: string, listener: (data: unknown) => void): unknown;
  /** Ceases to listen. */
  off?(event: string, listener: (data: unknown) => void): unknown;
  /** The same, by its older name. */
  removeListener?(event: string, listener: (data: unknown) => void): unknown;
}

/** Something that happened in a room, as the connection gave it. Its ids are of any type, its texts foreign. */
export interface LiveEvent {
  type: 'gift' | 'chat' | 'like';
  data: Readonly<Record<string, unknown>>;
}

const kinds = ['gift', 'chat', 'like'] as const;

const idOf = ({ type, data }: LiveEvent): string | undefined => {
  const common: unknown = data.common;
  const id = exactId(data.msgId ?? Object(common).msgId);
  // Frames of gifts are told apart by what they are part of.
  return id && type !== 'gift' ? `${type} ${id}` : undefined;
};

/**
 * The gifts, comments and likes of a connection that the app made with `tiktok-live-connector`, of any version (TT-53). It listens while somebody
 * watches, and neither connects nor disconnects. The package itself is not needed here.
 *
 * @example
 * ```ts
 * import { fromTikTokLiveConnector, giftTips, type LiveConnection } from 'tipstream/tiktok';
 * const watch = (connection: LiveConnection) =>
 *   giftTips(fromTikTokLiveConnector(connection)).subscribe((tip) => console.log(tip.tipper, tip.amount, tip.message));
 * ```
 */
export function fromTikTokLiveConnector(
  connection: LiveConnection,
  options: { channel?: string | undefined; clock?: Clock | undefined } = {},
): EventStream<LiveEvent> {
  const { stream } = createSource<LiveEvent>({
    ...options,
    platform: 'tiktok',
    id: idOf,
    start(source) {
      let lostAt: number | undefined;
      const { now } = options.clock ?? systemClock;
      const listeners: [name: string, listener: (data: unknown) => void][] = [
        ...kinds.map((type): [string, (data: unknown) => void] => [
          type,
          (data) => void source.push({ type, data: Object(data) }),
        ]),
        [
          'disconnected',
          () => {
            lostAt ??= now();
            source.status('waiting', 'the connection is lost; the app has to connect again');
          },
        ],
        [
          'connected',
          () => {
            source.status('live');
            if (lostAt !== undefined) source.gap({ from: lostAt, reason: 'disconnected' });
            lostAt = undefined;
          },
        ],
        ['streamEnd', () => source.status('unsubscribed', 'the live has ended')],
      ];
      for (const [name, listener] of listeners) connection.on(name, listener);
      source.status('live');
      return () => {
        for (const [name, listener] of listeners)
          (connection.off ?? connection.removeListener)?.call(connection, name, listener);
      };
    },
  });
  return stream;
}
