import { segment } from '../../core/segment.ts';

/**
 * Where a picture can be had that is drawn from a name alone, the best first (TT-14). The same name gives the same picture. The last address
 * is known to be unreliable: use what answers.
 */
export function generatorUrls(username: string): string[] {
  const name = segment(username);
  return [
    ...['adventurer', 'personas', 'identicon'].map((style) => `https://api.dicebear.com/7.x/${style}/svg?seed=${name}`),
    `https://source.boringavatars.com/beam/120/${name}?colors=264653,2a9d8f,e9c46a,f4a261,e76f51`,
  ];
}
