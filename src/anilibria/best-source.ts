import type { AnilibriaSource } from './schemas.ts';

/** Which source of an episode is wanted. */
export interface BestSourceOptions {
  /** @default '1080p' */
  prefer?: '1080p' | '720p' | '480p' | (string & {}) | undefined;
  /** Only sources of this kind. @default every kind */
  type?: 'hls' | 'mp4' | (string & {}) | undefined;
}

/** The lines of a picture; 0 for a quality that nobody knows. */
const lines = (quality: unknown): number =>
  Number(/^(\d+)p?$/i.exec(typeof quality === 'object' ? '' : String(quality))?.[1] ?? 0);

/**
 * The source of an episode in the wanted quality. Where there is none, the next lower, and only then the next higher; what does not
 * say its quality is the lowest.
 *
 * @example
 * ```ts
 * import { bestSource } from 'tipstream/anilibria';
 * const sources = [{ quality: '480p', url: '/480.m3u8' }, { quality: '1080p', url: '/1080.m3u8' }];
 * console.log(bestSource({ sources }, { prefer: '720p' })?.url); // /480.m3u8
 * ```
 */
export function bestSource(
  episode: { readonly sources?: readonly AnilibriaSource[] | null | undefined },
  { prefer = '1080p', type }: BestSourceOptions = {},
): AnilibriaSource | undefined {
  const wanted = lines(prefer);
  const distance = ({ quality }: AnilibriaSource): number => {
    const above = lines(quality) - wanted;
    return above > 0 ? above + 1e6 : -above;
  };
  return (episode.sources ?? [])
    .filter((source) => source.url && (type === undefined || (source.type ?? 'hls') === type))
    .sort((one, other) => distance(one) - distance(other))[0];
}
