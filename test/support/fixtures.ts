import { readFileSync } from 'node:fs';
import type { Json } from './mutations.ts';

/** The samples of one file: `fixtures('chaturbate/tips')`. */
export const fixtures = (name: string): Record<string, Json> =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'));

/** One sample of a file. */
export function fixture(name: string, key: string): Json {
  const sample = fixtures(name)[key];
  if (sample === undefined) throw new Error(`no sample ${key} in ${name}`);
  return sample;
}
