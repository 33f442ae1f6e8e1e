import type { Connection } from '../core/connection.ts';
import { TipstreamError } from '../core/errors.ts';
import { deferred } from '../stream/deferred.ts';
import type { EventStream } from '../stream/event-stream.ts';
import type { AnilibriaNotification, AnilibriaUpdateType } from './events.ts';
import type { Notifications } from './notifications.ts';
import type { Want } from './wants.ts';

/** What a stream of notifications is for. Without both, every update. */
export interface NotificationOptions {
  /** Ids of titles: their episodes and changes. */
  titles?: readonly number[] | undefined;
  /** Updates of all titles. @default every type, where no titles are given */
  types?: readonly AnilibriaUpdateType[] | undefined;
  /** Ends every watcher of this stream. */
  signal?: AbortSignal | undefined;
}

/** Notifications, and what they are for. All streams of a client share one socket, open while one of them is watched. */
export interface NotificationStream extends EventStream<AnilibriaNotification> {
  /** From now on this title too. */
  subscribeTitle(id: number): void;
  /** This title no more. */
  unsubscribeTitle(id: number): void;
  /** Updates of these types instead of those before; `[]` wants none. */
  subscribeUpdates(types: readonly AnilibriaUpdateType[]): void;
  /**
   * Says who is asking, now and at every later connection. The service confirms nothing: it resolves when no refusal came within 5 s.
   *
   * @throws TipstreamError `AUTH` when the token is refused, `SOCKET` where there is no connection
   */
  auth(token: string): Promise<void>;
}

/** What every update is. */
const everything: readonly AnilibriaUpdateType[] = ['new_episode', 'new_title', 'status_change'];

/**
 * Makes the streams of a client. Their code is loaded when the first of them is used, so that an app which only asks does not carry it.
 *
 * @param address - Where the service is now.
 * @param probe - Asks over HTTP whether the service takes us.
 */
export function createNotifications(
  connection: Connection,
  address: () => string,
  probe: () => Promise<unknown>,
): (options?: NotificationOptions) => NotificationStream {
  const { platform, options: common } = connection;
  const { name } = platform;
  let loading: Promise<Notifications> | undefined;
  let loaded: Notifications | undefined;

  const load = async (): Promise<Notifications> => {
    loading ??= import('./notifications.ts').then(
      ({ openNotifications }) => {
        loaded = openNotifications(connection, address, probe);
        return loaded;
      },
      (cause: unknown) => {
        loading = undefined;
        throw new TipstreamError({
          code: 'NETWORK',
          platform: name,
          message: `${name} notifications: their code could not be loaded; look at the network, and whether the app was deployed anew`,
          cause,
        });
      },
    );
    return loading;
  };

  return ({ titles = [], types = titles.length ? [] : everything, signal } = {}) => {
    // A single one, and an id as text, are taken for what they mean: the service would say nothing of them.
    const want: Want = { titles: new Set([titles].flat().map(Number)), types: new Set([types].flat()) };
    const [stream] = deferred<AnilibriaNotification, EventStream<AnilibriaNotification>>(name, common.clock, async () =>
      (await load()).stream(want, signal),
    );
    return Object.assign(stream, {
      auth: async (token: string) => (await load()).auth(token),
      subscribeTitle(id: number) {
        want.titles.add(Number(id));
        loaded?.settle();
      },
      unsubscribeTitle(id: number) {
        want.titles.delete(Number(id));
        loaded?.settle();
      },
      subscribeUpdates(next: readonly AnilibriaUpdateType[]) {
        want.types = new Set(next);
        loaded?.settle();
      },
    });
  };
}
