import { execFile } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type Engine, isLeftOut, pathOf } from '../../support/engines.ts';
import { installBeside } from '../../support/guide-program.ts';
import { read, root } from '../../support/source.ts';

const app = inject('app');
const run = promisify(execFile);

/** An app of every entry whose types are checked; it fails where an entry has none. */
const everything = (): string =>
  Object.keys(JSON.parse(read('package.json')).exports)
    .filter((path) => !['./package.json', './mock/msw'].includes(path))
    .map((path, index) => `export * as entry${index} from '${path.replace('.', 'tipstream')}';\n`)
    .join('');

const shared = {
  target: 'ES2022',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  types: [],
};
const page = { lib: ['ES2022', 'DOM'] };
const node = { lib: ['ES2022'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] };
const projects = {
  bundler: {
    compilerOptions: { ...shared, ...page, module: 'ESNext', moduleResolution: 'bundler' },
    files: ['consumer.ts', 'everything.ts'],
  },
  nodenext: {
    compilerOptions: { ...shared, ...node, module: 'NodeNext', moduleResolution: 'nodenext' },
    files: ['consumer.ts', 'everything.ts'],
  },
  commonjs: {
    compilerOptions: { ...shared, ...node, module: 'NodeNext', moduleResolution: 'nodenext' },
    files: ['consumer.cts'],
  },
};

beforeAll(async () => {
  await installBeside(app);
  for (const file of ['consumer.ts', 'consumer.cts'])
    await copyFile(join(import.meta.dirname, '../fixtures', file), join(app, file));
  await writeFile(join(app, 'everything.ts'), everything());
  for (const [name, project] of Object.entries(projects))
    await writeFile(join(app, `tsconfig.${name}.json`), JSON.stringify(project));
});

/** What a compiler says of a project. */
async function complaints(compiler: Engine, project: keyof typeof projects): Promise<string> {
  const args = [pathOf(compiler), '-p', `tsconfig.${project}.json`, '--pretty', 'false'];
  const compiled = run(pathOf('Node 24'), args, { cwd: app });
  return compiled.then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
}

const compilers = ['TypeScript 5.7', 'TypeScript 5.8', 'TypeScript 5.9', 'TypeScript 6', 'TypeScript 7'] as const;
for (const compiler of compilers) {
  describe.skipIf(isLeftOut(compiler))(`by ${compiler}, with every library check, the public types compile`, () => {
    it('in a page, with moduleResolution bundler', async () => {
      expect(await complaints(compiler, 'bundler')).toBe('');
    });

    it('on Node, with moduleResolution nodenext', async () => {
      expect(await complaints(compiler, 'nodenext')).toBe('');
    });

    // TypeScript 5.7 does not know yet that Node can require() what is written as a module.
    if (compiler === 'TypeScript 5.7') return;
    it('in CommonJS, with moduleResolution nodenext', async () => {
      expect(await complaints(compiler, 'commonjs')).toBe('');
    });
  });
}
