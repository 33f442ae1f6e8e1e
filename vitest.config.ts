import { defineConfig } from 'vitest/config';

/** These need the package as it is published: it is built, packed and installed once before them. */
const packaged = ['test/packaging/**/*.test.ts'];

export default defineConfig({
  resolve: { conditions: ['tipstream-source', 'node'] },
  ssr: { resolve: { conditions: ['tipstream-source', 'node', 'import', 'default'] } },
  test: {
    testTimeout: 20_000,
    restoreMocks: true,
    coverage: { include: ['src/**'] },
    projects: [
      { extends: true, test: { name: 'source', include: ['test/**/*.test.ts'], exclude: packaged } },
      {
        extends: true,
        test: { name: 'package', include: packaged, globalSetup: 'test/packaging/setup.ts', testTimeout: 120_000 },
      },
    ],
  },
});
