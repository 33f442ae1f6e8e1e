import type { CacheStore } from '../../core/cache.ts';
import { configError, TipstreamError } from '../../core/errors.ts';
import { type Logger, plainLogger } from '../../core/logger.ts';
import { defaults, type Fetch } from '../../core/options.ts';
import { type Clock, hours, minutes } from '../../core/time.ts';
import { createLog } from '../../stream/log.ts';
import type { UserProfile } from '../schemas.ts';
import { noUsername, usernameOf } from '../username.ts';
import { type AvatarTierStats, createAsking } from './ask.ts';
import { toDataUrl } from './data-url.ts';
import { createGate } from './gate.ts';
import { hashOf } from './image.ts';
import { createLimit, unlessAborted } from './limit.ts';
import { type AvatarTier, avatarLimits } from './limits.ts';
import { webAddress } from './profile-page.ts';
import { type AvatarCacheOptions, type AvatarCacheStats, type Kept, memoryAvatars, storedAvatars } from './store.ts';
import {
  type AvatarProvider,
  type AvatarRequest,
  type AvatarService,
  createTiers,
  type Found,
  inPage,
  onOpenWeb,
  type Tier,
} from './tiers.ts';

/** What `createAvatars` takes. */
export interface AvatarsOptions {
  /** A TikTok service that is asked for profiles: `createTikTok(...)`. @default none */
  service?: AvatarService | undefined;
  /** Gets the HTML of a profile page; its picture is the app's responsibility. This library requests none itself. @default none */
  fetchProfilePage?: ((username: string, signal: AbortSignal) => Promise<string | null | undefined>) | undefined;
  /** How much is kept in memory, or a store that keeps it. `false` keeps nothing. @default 2,000 profiles, 200 MB */
  cache?: CacheStore | AvatarCacheOptions | false | undefined;
  /** Fetches pictures. @default the global `fetch`, looked up at every request */
  fetch?: Fetch | undefined;
  /** Who is asked first, and the `priority` of results: the highest first. @default avatarLimits.priorities */
  priorities?: Partial<Record<AvatarTier, number>> | undefined;
  /**
   * Whether a picture may be fetched from an address that a viewer's profile gave.
   * @default https on the open web: no private address, and nothing of this machine. `() => true` for tests with a server of their own
   */
  allow?: ((url: URL) => boolean) | undefined;
  /** Where warnings go; `false` silences them. @default the console */
  logger?: Logger | false | undefined;
  /** The source of time. @default the machine's */
  clock?: Clock | undefined;
}

/** How avatars have done. */
export interface AvatarStats {
  /** Each that is asked: the four tiers, and the service apart from the app's own pages. */
  tiers: Readonly<Partial<Record<AvatarProvider, AvatarTierStats>>>;
  /** Questions that were answered from what is kept. */
  hits: number;
  /** Questions that had to wait. */
  misses: number;
  /** What is kept in memory; `undefined` with a store of the app's. */
  cache: AvatarCacheStats | undefined;
}

/** Pictures for names, from the best place that has one. */
export interface Avatars {
  /**
   * A profile with a picture, always: in the worst case its initials. What is kept is given at once, and looked up anew behind it when it is
   * old or a better one may be had. Show `avatar_data_url`, or `avatar_url` where a page has no more, in an `<img>`, never as markup.
   *
   * @throws TipstreamError `VALIDATION` without a username, `ABORTED` by `signal` or `close()`
   */
  resolve(request: AvatarRequest, options?: { signal?: AbortSignal | undefined }): Promise<UserProfile>;
  /** How often each tier was asked and had a picture, and what is kept. */
  stats(): AvatarStats;
  /** Ends what is being fetched. */
  close(): void;
}

/** After a failure of something better: 1, 2, 4 minutes, and so on up to the second. */
const firstRetry = minutes(1);
const lastRetry = hours(6);
/** A better picture that was not there, and one at a new address, are looked for so rarely. */
const secondLook = hours(1);
/** People whose pictures are looked for at the same time: a full room is no reason to overrun a free service. */
const atOnce = 20;

/**
 * Makes a place for pictures: the address that a live event gave, else the service or the app's own pages, else a generator, else initials
 * (TT-10). Sends nothing until it is asked. In a page, pictures of TikTok are given by their address, as their bytes may not be read there.
 *
 * @throws TipstreamError `CONFIG` for a priority that is no number
 *
 * @example
 * ```ts
 * import { createAvatars } from 'tipstream/tiktok';
 * const avatars = createAvatars();
 * const { avatar_data_url, source } = await avatars.resolve({ username: 'johndoe', displayName: 'John Doe' });
 * console.log(source, avatar_data_url?.slice(0, 20));
 * ```
 */
export function createAvatars(options: AvatarsOptions = {}): Avatars {
  const {
    clock = defaults.clock,
    fetch = defaults.fetch,
    allow = onOpenWeb,
    logger = plainLogger(),
    cache = {},
  } = options;
  const priorities = new Map<string, number>(Object.entries({ ...avatarLimits.priorities, ...options.priorities }));
  const ttls = new Map<string, number>(Object.entries(avatarLimits.ttl));
  for (const [name, priority] of priorities)
    if (!Number.isFinite(priority)) throw configError('avatars', `priorities.${name}: ${priority} is no number`);
  const { scraper } = avatarLimits.priorities;
  const rank = (source: string): number => priorities.get(source) ?? priorities.get('scraper') ?? scraper;
  const tiers = createTiers({
    fetch,
    allow,
    service: options.service,
    fetchProfilePage: options.fetchProfilePage,
  }).sort((a, b) => rank(b.source) - rank(a.source));
  const store = cache === false ? undefined : 'get' in cache ? storedAvatars(cache, clock.now) : memoryAvatars(cache);
  const log = createLog('avatars', clock, logger);
  const flights = new Map<string, Promise<Kept>>();
  const gate = createGate(atOnce);
  // Made with the first question: a worker forbids more while it loads.
  let life: AbortController | undefined;
  let asking: ReturnType<typeof createAsking> | undefined;
  let hits = 0;
  let misses = 0;

  const warn = (name: string, error: unknown): void =>
    log('warn', `${name}: ${error instanceof Error ? error.message : 'failed'}; going on with the next`);
  /** A store that fails is passed over. */
  const attempt = async <T>(run: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await run();
    } catch (error) {
      warn('the store', error);
      return undefined;
    }
  };
  const asked = () => {
    life ??= new AbortController();
    asking ??= createAsking(tiers, createLimit(clock, life.signal), clock, warn);
    return { life: life.signal, asking };
  };

  const profileOf = async ({ username, displayName }: AvatarRequest, found: Found): Promise<Kept> => {
    const { source, url, image } = found;
    const now = clock.now();
    const until = now + (ttls.get(source) ?? avatarLimits.ttl.scraper);
    const hash = image && (await hashOf(image));
    const profile: UserProfile = {
      username,
      nickname: displayName?.trim() || username,
      ...(url && { avatar_url: url }),
      ...(image && { avatar_data_url: toDataUrl(image.mime, image.bytes) }),
      source,
      priority: rank(source),
      cached_at: new Date(now).toISOString(),
      expires_at: new Date(until).toISOString(),
      ...(hash && { image_hash: hash }),
    };
    return { profile, until, failures: 0 };
  };

  /** Asks those who may have something better than what is kept; everybody where that is old. */
  const look = async (request: AvatarRequest, kept: Kept | undefined): Promise<Kept> => {
    const { life, asking } = asked();
    const had = kept ? rank(kept.profile.source) : Number.NEGATIVE_INFINITY;
    const old = !kept || clock.now() >= kept.until;
    const better = (tier: Tier): boolean => old || tier.name === 'live' || rank(tier.source) > had;
    const { best, failed } = await asking.ask(request, tiers.filter(better));
    life.throwIfAborted();
    const failures = failed ? (kept?.failures ?? 0) + 1 : 0;
    const retry = failed ? Math.min(firstRetry * 2 ** (failures - 1), lastRetry) : secondLook;
    const retryAt = clock.now() + retry;
    const fits = best && (!failed || rank(best.found.source) >= had) ? await profileOf(request, best.found) : kept;
    if (!fits) throw new TipstreamError({ code: 'UPSTREAM', message: 'avatars: nobody had a picture' });
    const next: Kept = { ...fits, failures };
    if (failed || fits === kept) next.retryAt = retryAt;
    await attempt(() => store?.save(request.username, next));
    return next;
  };

  const fly = (request: AvatarRequest, kept: Kept | undefined): Promise<Kept> => {
    const { username } = request;
    const under = flights.get(username);
    if (under) return under;
    const alone = isWorker();
    const flight = (alone ? look(request, kept) : gate(() => look(request, kept))).finally(() =>
      flights.delete(username),
    );
    if (!alone) flights.set(username, flight);
    // Behind a kept picture nobody waits for it.
    flight.catch(() => {});
    return flight;
  };

  /** Whether something else may be had: `kept` is old, or no better one was asked for lately. */
  const isDue = ({ profile, until, retryAt = 0 }: Kept, request: AvatarRequest): boolean => {
    const now = clock.now();
    if (now < retryAt) return false;
    const had = rank(profile.source);
    // An old photo is better than a new face that was drawn.
    if (now >= until) return tiers.some((tier) => rank(tier.source) >= had && tier.applies(request));
    if (retryAt > 0) return true;
    const url = webAddress(request.liveAvatarUrl);
    if (!url || !allow(new URL(url))) return false;
    if (had < rank('live')) return true;
    const moved = new URL(webAddress(profile.avatar_url) ?? url).pathname !== new URL(url).pathname;
    return profile.source === 'live' && moved && now - Date.parse(profile.cached_at ?? '') >= secondLook;
  };

  return {
    async resolve(input, { signal } = {}) {
      const username = usernameOf(input?.username);
      if (!username) throw new TipstreamError({ code: 'VALIDATION', message: `avatars: ${noUsername}` });
      const request = { ...input, username };
      const kept = await attempt(() => store?.load(request.username));
      // Only an address, whose signature is soon over: the new one is as good and costs nothing.
      const thin = inPage() && kept?.profile.source === 'live' && request.liveAvatarUrl;
      if (kept && !thin) {
        hits += 1;
        if (isDue(kept, request)) void fly(request, kept);
        return shown(kept, request);
      }
      misses += 1;
      return shown(await unlessAborted(fly(request, kept), signal), request);
    },
    stats: () => ({ tiers: asking?.stats() ?? {}, hits, misses, cache: store?.stats() }),
    close() {
      life ??= new AbortController();
      life.abort(new TipstreamError({ code: 'ABORTED', message: 'avatars: closed' }));
    },
  };
}

/** In workerd a promise that belongs to one request may not be awaited by another. */
const isWorker = (): boolean => globalThis.navigator?.userAgent === 'Cloudflare-Workers';

/** The caller's own copy, with the name of today. */
const shown = ({ profile }: Kept, { displayName }: AvatarRequest): UserProfile => ({
  ...profile,
  nickname: displayName?.trim() || profile.nickname,
});
