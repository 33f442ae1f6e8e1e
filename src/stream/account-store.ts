import type { CheckpointOption } from './checkpoint.ts';

/**
 * A checkpoint under a key that takes a moment to make. A key that the user chose stays.
 *
 * @param key - Makes the key; asked once.
 */
export function atKey(option: CheckpointOption, key: () => Promise<string>): CheckpointOption {
  if (!('get' in option)) return option;
  let made: Promise<string> | undefined;
  const known = (): Promise<string> => (made ??= key());
  return {
    get: async () => option.get(await known()),
    set: async (_, value) => option.set(await known(), value),
    delete: async () => option.delete(await known()),
  };
}
