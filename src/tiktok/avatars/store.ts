import type { CacheStore } from '../../core/cache.ts';
import type { UserProfile } from '../schemas.ts';
import { avatarLimits } from './limits.ts';

/** What is known of somebody's picture. */
export interface Kept {
  profile: UserProfile;
  /** Good until then, Unix time in milliseconds. */
  until: number;
  /** A better picture may be had, and is looked for from then on. */
  retryAt?: number;
  /** How often in a row none was had. */
  failures: number;
}

/** How much is kept. */
export interface AvatarCacheStats {
  /** Profiles. */
  entries: number;
  /** What their pictures weigh, equal ones counted once. */
  bytes: number;
}

/** Where pictures are kept: equal ones once. */
export interface AvatarStore {
  load(username: string): Kept | undefined | Promise<Kept | undefined>;
  save(username: string, kept: Kept): void | Promise<void>;
  stats(): AvatarCacheStats | undefined;
}

/** How much of it is kept in memory. */
export interface AvatarCacheOptions {
  /** Profiles. @default 2000 */
  maxEntries?: number | undefined;
  /** What all pictures may weigh together, in bytes. @default 200 * 2 ** 20 */
  maxMemory?: number | undefined;
}

interface Shared {
  url: string;
  users: number;
}

/** Keeps pictures in memory; the longest unused go first. */
export function memoryAvatars(options: AvatarCacheOptions = {}): AvatarStore {
  const { maxEntries = avatarLimits.maxEntries, maxMemory = avatarLimits.maxMemory } = options;
  const entries = new Map<string, Kept>();
  /** Every picture once, by its hash, or by itself where it has none. */
  const pictures = new Map<string, Shared>();
  let bytes = 0;

  const keyOf = ({ image_hash, avatar_data_url }: UserProfile): string => image_hash ?? avatar_data_url ?? '';
  const drop = (username: string): void => {
    const kept = entries.get(username);
    if (!kept) return;
    entries.delete(username);
    const key = keyOf(kept.profile);
    const shared = pictures.get(key);
    if (!shared) return;
    shared.users -= 1;
    if (shared.users > 0) return;
    bytes -= shared.url.length;
    pictures.delete(key);
  };

  return {
    load(username) {
      const kept = entries.get(username);
      if (!kept) return undefined;
      entries.delete(username);
      entries.set(username, kept);
      return kept;
    },
    save(username, kept) {
      drop(username);
      const { profile } = kept;
      const url = profile.avatar_data_url;
      if (url && url.length > maxMemory) return;
      if (url) {
        const key = keyOf(profile);
        const shared = pictures.get(key) ?? { url, users: 0 };
        if (shared.users === 0) bytes += url.length;
        shared.users += 1;
        pictures.set(key, shared);
        entries.set(username, { ...kept, profile: { ...profile, avatar_data_url: shared.url } });
      } else entries.set(username, kept);
      for (const [oldest] of entries) {
        if (entries.size <= maxEntries && bytes <= maxMemory) break;
        drop(oldest);
      }
    },
    stats: () => ({ entries: entries.size, bytes }),
  };
}

const isKept = (value: unknown): value is Kept => {
  const kept = value as Kept | null | undefined;
  return typeof kept === 'object' && Number.isFinite(kept?.until) && typeof kept?.profile?.username === 'string';
};

/** Keeps pictures in a store of the app: profiles by name, pictures by their hash. */
export function storedAvatars(store: CacheStore, now: () => number): AvatarStore {
  const place = (kind: string, key: string): string => `tipstream:avatar:${kind}:${key}`;
  return {
    async load(username) {
      const kept = await store.get(place('of', username));
      if (!isKept(kept)) return undefined;
      const { image_hash, avatar_data_url } = kept.profile;
      if (!image_hash || avatar_data_url) return kept;
      const url = await store.get(place('image', image_hash));
      return typeof url === 'string' ? { ...kept, profile: { ...kept.profile, avatar_data_url: url } } : undefined;
    },
    async save(username, kept) {
      // As long again as it is good: it is shown while a new one is fetched.
      const ttl = Math.max(0, kept.until - now()) * 2;
      const { image_hash, avatar_data_url, ...profile } = kept.profile;
      if (!image_hash || !avatar_data_url) return void (await store.set(place('of', username), kept, ttl));
      await store.set(place('image', image_hash), avatar_data_url, ttl);
      await store.set(place('of', username), { ...kept, profile: { ...profile, image_hash } }, ttl);
    },
    stats: () => undefined,
  };
}
