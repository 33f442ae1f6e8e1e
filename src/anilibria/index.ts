/**
 * AniLibria: titles, search, schedule and notifications of the service's version 2, with a way back to version 1.
 *
 * @module tipstream/anilibria
 */
export { type BestSourceOptions, bestSource } from './best-source.ts';
export { type CacheLevels, type CacheLevelsOptions, cacheLevels } from './cache-levels.ts';
export type { AnilibriaCall, AnilibriaListCall, AnilibriaMeta } from './calls.ts';
export { type Anilibria, type AnilibriaOptions, createAnilibria } from './client.ts';
export { currentApi, fromRelease, fromVersion3 } from './current-api.ts';
export { anilibriaVersions, type GenreSpelling } from './endpoints.ts';
export type {
  AnilibriaNewEpisode,
  AnilibriaNewTitle,
  AnilibriaNotification,
  AnilibriaNotificationData,
  AnilibriaStatusChange,
  AnilibriaUnknown,
  AnilibriaUpdateType,
} from './events.ts';
export type { AnilibriaFallback } from './fallback.ts';
export {
  type AnilibriaInternal,
  type AnilibriaInternalOptions,
  createAnilibriaInternal,
  type InternalNotification,
} from './internal.ts';
export { type AnilibriaDay, type AnilibriaEpisode, type AnilibriaTitle, toTitle } from './normalize.ts';
export type { NotificationOptions, NotificationStream } from './notification-stream.ts';
export type { LimitInput, SearchInput, TitleInput, TitlesInput } from './queries.ts';
export type {
  AnilibriaAnswerMeta,
  AnilibriaEpisodeCounter,
  AnilibriaHealth,
  AnilibriaHealthPart,
  AnilibriaNames,
  AnilibriaPagination,
  AnilibriaPoster,
  AnilibriaSource,
  AnilibriaWireEpisode,
  AnilibriaWireTitle,
} from './schemas.ts';
