import type { CallOptions, Fetch } from '../../core/options.ts';
import type { UserProfile } from '../schemas.ts';
import { generatorUrls } from './generator-urls.ts';
import { fetchImage, type Image, imageIn } from './image.ts';
import { initialsAvatar } from './initials.ts';
import { type AvatarTier, avatarLimits } from './limits.ts';
import { avatarFromProfilePage, webAddress } from './profile-page.ts';

/** Whose picture is asked for. */
export interface AvatarRequest {
  /** With or without `@`. */
  username: string;
  /** What the initials are of, and the `nickname` of the result. @default the username */
  displayName?: string | null | undefined;
  /** The address that a live event gave, where there was one. */
  liveAvatarUrl?: string | null | undefined;
}

/** What of a TikTok service avatars need: `createTikTok()` has it. */
export interface AvatarService {
  readonly profile: {
    /** Somebody and their picture. */
    get(input: { username: string }, options?: CallOptions): Promise<UserProfile>;
  };
}

/** What was found. */
export interface Found {
  source: string;
  /** A web address of the picture. */
  url?: string | undefined;
  image?: Image | undefined;
}

/** Who is asked for a picture: the four tiers, the second of which may be a service and the app itself. */
export type AvatarProvider = AvatarTier | 'service';

/** One that is asked. */
export interface Tier {
  readonly name: AvatarProvider;
  /** What its pictures are called. */
  readonly source: AvatarTier;
  /** Whether there is anything to ask. */
  applies(request: AvatarRequest): boolean;
  /** `undefined`: has none of this person. A throw: could not say. */
  find(request: AvatarRequest, limit: Limit): Promise<Found | undefined>;
}

/** Runs something for so many milliseconds at most. */
export type Limit = <T>(ms: number, run: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** What tiers are made of. */
export interface TierParts {
  fetch: Fetch;
  service?: AvatarService | undefined;
  fetchProfilePage?: ((username: string, signal: AbortSignal) => Promise<string | null | undefined>) | undefined;
  /** Whether a picture may be fetched from there. */
  allow(url: URL): boolean;
}

const { timeouts } = avatarLimits;

/** The addresses that name no host of the open web: this machine, its neighbours, and what no router forwards. */
const closed =
  /^[^.:]+\.?$|^(0|10|127|192\.168|169\.254|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])|172\.(1[6-9]|2\d|3[01])|198\.1[89]|2(2[4-9]|[3-5]\d)\.\d+)\.\d|^\[|\.(local|internal|lan|home|corp|home\.arpa|localhost)\.?$/;

/** Where pictures are fetched from unless the app says otherwise: https on the open web. */
export const onOpenWeb = ({ protocol, hostname, username, password }: URL): boolean =>
  protocol === 'https:' && !(username || password || closed.test(hostname));

/** A page may show a foreign picture, and rarely read it. */
export const inPage = (): boolean => 'document' in globalThis;

/** The tiers, the best first. */
export function createTiers({ fetch, service, fetchProfilePage, allow }: TierParts): Tier[] {
  /** An address that somebody else gave, where it may be asked. */
  const allowed = (text: unknown): string | undefined => {
    const url = webAddress(text);
    return url && allow(new URL(url)) ? url : undefined;
  };
  const at = async (text: unknown, source: string, signal: AbortSignal): Promise<Found | undefined> => {
    const url = allowed(text);
    if (!url) return undefined;
    return inPage() ? { source, url } : { source, url, image: await fetchImage(fetch, url, signal) };
  };
  const tier = (
    name: AvatarProvider,
    source: AvatarTier,
    find: Tier['find'],
    applies = (_: AvatarRequest) => true,
  ) => ({
    name,
    source,
    find,
    applies,
  });

  return [
    tier(
      'live',
      'live',
      ({ liveAvatarUrl }, limit) => limit(timeouts.live, (signal) => at(liveAvatarUrl, 'live', signal)),
      ({ liveAvatarUrl }) => allowed(liveAvatarUrl) !== undefined,
    ),
    tier(
      'service',
      'scraper',
      ({ username }, limit) =>
        limit(timeouts.scraper, async (signal) => {
          const profile = await service?.profile.get({ username }, { signal, deadline: timeouts.scraper });
          // Its initials are no better than ours, and a generator may have more.
          if (!profile || profile.source === 'initials') return undefined;
          const { source, avatar_url, avatar_data_url } = profile;
          const image = imageIn(avatar_data_url);
          return image ? { source, url: webAddress(avatar_url), image } : at(avatar_url, source, signal);
        }),
      () => service !== undefined,
    ),
    tier(
      'scraper',
      'scraper',
      ({ username }, limit) =>
        limit(timeouts.scraper, async (signal) => {
          const page = await fetchProfilePage?.(username, signal);
          return page ? at(avatarFromProfilePage(page), 'scraper', signal) : undefined;
        }),
      () => fetchProfilePage !== undefined,
    ),
    tier('generator', 'generator', async ({ username }, limit) => {
      let failure: unknown;
      for (const url of generatorUrls(username)) {
        try {
          const image = await limit(timeouts.generator, (signal) => fetchImage(fetch, url, signal, true));
          return { source: 'generator', url, image };
        } catch (error) {
          failure = error;
        }
      }
      throw failure;
    }),
    tier('initials', 'initials', async (request) => ({
      source: 'initials',
      image: { mime: 'image/svg+xml', bytes: new TextEncoder().encode(initialsAvatar(request)) },
    })),
  ];
}
