import * as z from 'zod/mini';
import type { AnilibriaNotification } from '../../anilibria/events.ts';
import type { AnilibriaEpisode, AnilibriaTitle } from '../../anilibria/normalize.ts';
import { type AnilibriaSource, type AnilibriaWireEpisode, Title } from '../../anilibria/schemas.ts';
import { type StandardSchema, standard } from './standard.ts';

const text = z.string();
const number = z.number();
const maybeText = z.nullish(text);
const maybeNumber = z.nullish(number);
const perhapsText = z.exactOptional(text);
const perhapsNumber = z.exactOptional(number);

const Source = z.looseObject({
  quality: maybeText,
  url: text,
  type: maybeText,
}) satisfies z.ZodMiniType<AnilibriaSource>;

const Episode = z.looseObject({
  key: text,
  number: perhapsNumber,
  name: text,
  preview: perhapsText,
  sources: z.array(Source),
  duration: perhapsNumber,
}) satisfies z.ZodMiniType<AnilibriaEpisode>;

const WireEpisode = z.looseObject({
  number: z.nullish(z.union([number, text])),
  name: maybeText,
  preview: maybeText,
  sources: z.nullish(z.array(Source)),
  duration: maybeNumber,
}) satisfies z.ZodMiniType<AnilibriaWireEpisode>;

const episodes = [z.record(text, WireEpisode), z.array(WireEpisode)] as const;
const Counter = z.looseObject({ total: maybeNumber, current: maybeNumber });

/** The wire's title, and what `toTitle` makes of it. */
const KeptTitle = z.extend(Title, {
  description: text,
  genres: z.array(text),
  blocked: z.boolean(),
  episodes: z.nullish(z.union([...episodes, Counter])),
  player: z.nullish(z.looseObject({ episodes: z.exactOptional(z.nullable(z.union(episodes))) })),
  episodeCount: z.looseObject({ total: perhapsNumber, current: perhapsNumber }),
  episodeList: z.array(Episode),
  updatedAt: perhapsNumber,
}) satisfies z.ZodMiniType<AnilibriaTitle>;

const told = { title_id: number, timestamp: perhapsText };

const Notification = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('new_episode'),
    data: z.looseObject({
      ...told,
      episode: z.exactOptional(z.union([number, text])),
      title: perhapsText,
      episode_name: perhapsText,
      poster: perhapsText,
    }),
    at: number,
  }),
  z.looseObject({
    type: z.literal('new_title'),
    data: z.looseObject({
      ...told,
      title: perhapsText,
      poster: perhapsText,
      genres: z.exactOptional(z.array(text)),
    }),
    at: number,
  }),
  z.looseObject({
    type: z.literal('status_change'),
    data: z.looseObject({ ...told, old_status: perhapsText, new_status: perhapsText }),
    at: number,
  }),
  z.looseObject({ type: z.literal('unknown'), name: text, data: z.looseObject({}), at: number }),
]) satisfies z.ZodMiniType<AnilibriaNotification>;

/**
 * A title, as `titles` and `search` give it.
 *
 * @example A shelf of your own
 * ```ts
 * import ky from 'ky';
 * import { anilibriaTitleSchema } from 'tipstream/schemas';
 * const title = await ky('https://shelf.example.test/titles/9919').json(anilibriaTitleSchema);
 * console.log(title.names.ru, title.episodeList.length);
 * ```
 */
export const anilibriaTitleSchema: StandardSchema<AnilibriaTitle> = standard(KeptTitle);

/** What the service told, as `notifications()` gives it.
 *
 * @example
 * ```ts
 * import { anilibriaNotificationSchema } from 'tipstream/schemas';
 * const kept = { type: 'new_episode', data: { title_id: 9919, episode: 18 }, at: 1767225600000 };
 * const read = anilibriaNotificationSchema['~standard'].validate(kept);
 * if (!read.issues && read.value.type === 'new_episode') console.log(read.value.data.episode); // 18
 * ```
 */
export const anilibriaNotificationSchema: StandardSchema<AnilibriaNotification> = standard(Notification);
