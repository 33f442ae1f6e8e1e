import { defineConfig } from 'tsup';

/** One entry per import path, plus the files that `#http` names; `test/entries.test.ts` holds this list, package.json and `src` to one another. */
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    chaturbate: 'src/chaturbate/index.ts',
    stripchat: 'src/stripchat/index.ts',
    camsoda: 'src/camsoda/index.ts',
    env: 'src/adapters/env.ts',
    node: 'src/adapters/node.ts',
    mock: 'src/mock/index.ts',
    'mock/msw': 'src/mock/msw.ts',
    'mock/cli': 'src/mock/cli.ts',
    'http.node': 'src/core/http.node.ts',
    'http.web': 'src/core/http.web.ts',
  },
  // The door stays an import of its own: whoever installs the package gets the file that fits its runtime.
  external: [/^#/],
  format: ['esm'],
  target: 'es2022',
  platform: 'neutral',
  dts: true,
  splitting: true,
  sourcemap: true,
  clean: true,
});
