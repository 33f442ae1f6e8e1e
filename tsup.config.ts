import { defineConfig } from 'tsup';
import { guestCopies } from './scripts/guest-copies.ts';
import { houseChunks, housePaths } from './scripts/house-chunks.ts';
import { pureValues } from './scripts/pure-values.ts';

/** What can be imported. `test/entries.test.ts` holds this list, package.json and the folders of `src` to one another. */
const entries = {
  index: 'src/index.ts',
  chaturbate: 'src/chaturbate/index.ts',
  stripchat: 'src/stripchat/index.ts',
  camsoda: 'src/camsoda/index.ts',
  tiktok: 'src/tiktok/index.ts',
  twitch: 'src/twitch/index.ts',
  tipping: 'src/tipping/index.ts',
  anilibria: 'src/anilibria/index.ts',
  env: 'src/adapters/env.ts',
  node: 'src/adapters/node.ts',
  schemas: 'src/adapters/schemas.ts',
  'twitch-proxy': 'src/adapters/twitch-proxy.ts',
  'twitch-proxy/node': 'src/adapters/twitch-proxy-node.ts',
  prometheus: 'src/adapters/prometheus.ts',
  redis: 'src/adapters/redis.ts',
  fleet: 'src/adapters/fleet.ts',
  opentelemetry: 'src/adapters/opentelemetry.ts',
  mock: 'src/mock/index.ts',
  'mock/msw': 'src/mock/msw.ts',
};

export default defineConfig({
  entry: {
    ...entries,
    'mock/cli': 'src/mock/cli.ts',
    'fleet/cli': 'src/adapters/fleet/cli.ts',
    'twitch-proxy/cli': 'src/adapters/twitch-proxy/cli.ts',
    'channels.node': 'src/core/channels.node.ts',
    'channels.web': 'src/core/channels.web.ts',
    'http.node': 'src/core/http.node.ts',
    'http.web': 'src/core/http.web.ts',
    'socket.node': 'src/stream/socket.node.ts',
    'socket.web': 'src/stream/socket.web.ts',
  },
  // Nobody imports the others, so nobody needs their types: those of the doors would show ky and ws.
  dts: { entry: entries },
  // The doors stay imports of their own: whoever installs the package gets the file that fits its runtime.
  external: [/^#/, /^tipstream\//],
  esbuildPlugins: [guestCopies, houseChunks, pureValues],
  plugins: [housePaths],
  format: ['esm'],
  target: 'es2022',
  platform: 'neutral',
  splitting: true,
  sourcemap: true,
  // The sources are in the package, so the maps only name them.
  esbuildOptions: (options) => {
    options.sourcesContent = false;
    // Of two shared files that export the same name, neither would.
    options.logOverride = { 'ambiguous-reexport': 'error' };
  },
  clean: true,
});
