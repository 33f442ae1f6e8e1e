import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';

// The configuration is bundled before it is run, so it does not know where it stands; tsup runs in the package's folder.
const root = process.cwd();
const platforms = /^src\/(chaturbate|stripchat|camsoda|twitch|tiktok|tipping|anilibria)\/(.*)\.ts$/;

/**
 * Keeps the file of a platform whole. Mock and adapters use a declaration here and a constant there; a bundler would cut what they share with a
 * platform off into files of their own, which every app would load with it. Guests that want a whole platform import it as anybody does, and
 * of anything smaller they have a copy.
 */
export const guestCopies: Plugin = {
  name: 'guest-copies',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ importer, path, resolveDir, pluginData }) => {
      const [, platform, file] = platforms.exec(relative(root, join(resolveDir, path))) ?? [];
      const isCopy = pluginData === guestCopies;
      if (!platform || !(isCopy || /^src\/(mock|adapters)\//.test(relative(root, importer)))) return undefined;
      return file === 'index' && !isCopy
        ? { path: `tipstream/${platform}`, external: true, sideEffects: false }
        : { path: join(resolveDir, path), suffix: '?copy', pluginData: guestCopies };
    });
  },
};
