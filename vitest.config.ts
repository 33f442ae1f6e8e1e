import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** These need the package as it is published: it is built, packed and installed once before them. */
const packaged = { globalSetup: 'test/packaging/setup.ts', testTimeout: 120_000 };

/** These take long and run on what `npm run engines` brings. They are no part of `npm test`: `npm run test:runtimes`, `npm run test:tools`. */
const runtimes = 'test/runtimes/**/*.test.ts';
const tools = 'test/packaging/tools/**/*.test.ts';

/** Evenings of minutes: processes that are killed, schedules of faults, evenings over Redis. `npm run test:proofs`. */
const proofs = 'test/proofs/**/*.test.ts';

export default defineConfig({
  resolve: { conditions: ['tipstream-source', 'node'] },
  ssr: { resolve: { conditions: ['tipstream-source', 'node', 'import', 'default'] } },
  test: {
    testTimeout: 20_000,
    // Most of the time is waited for: by default one core of two would stand still.
    maxWorkers: '100%',
    restoreMocks: true,
    coverage: { include: ['src/**'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'source',
          include: ['test/**/*.test.ts'],
          exclude: ['test/packaging/**', 'test/runtimes/**', proofs],
        },
      },
      {
        extends: true,
        test: { name: 'package', include: ['test/packaging/**/*.test.ts'], exclude: [tools], ...packaged },
      },
      { extends: true, test: { name: 'proofs', include: [proofs], testTimeout: 300_000 } },
      { extends: true, test: { name: 'runtimes', include: [runtimes], ...packaged } },
      { extends: true, test: { name: 'tools', include: [tools], ...packaged } },
      {
        extends: true,
        // Everything over Redis once more, by the oldest client that package.json allows.
        resolve: { alias: { ioredis: join(import.meta.dirname, '.engines/node_modules/ioredis-5') } },
        test: { name: 'ioredis-5', include: ['test/adapters/{redis,fleet}/**/*.test.ts'] },
      },
    ],
  },
});
