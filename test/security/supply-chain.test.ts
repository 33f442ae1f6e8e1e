import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');

/** What of a package.json matters here. */
interface Manifest {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  scripts?: Record<string, string>;
  publishConfig?: { provenance?: boolean };
  license?: string;
}

const manifest = (file: string): Manifest => JSON.parse(text(file)) as Manifest;
const own = manifest('package.json');
const dependencies = Object.keys(own.dependencies ?? {}).sort();
const installing = ['preinstall', 'install', 'postinstall', 'prepare'];

describe('what is installed with the package', () => {
  it('are the five that ARCHITECTURE.md gives a reason for', () => {
    const section = text('ARCHITECTURE.md').split('## The dependencies')[1]?.split('\n## ')[0] ?? '';
    const table = section.split('\n').filter((line) => line.startsWith('| `'));
    const named = table.flatMap((line) =>
      [...(line.split('|')[1] ?? '').matchAll(/`([\w-]+)/g)].map(([, name = '']) => name),
    );
    expect([...new Set(named)].sort()).toEqual(dependencies);
    expect(dependencies).toEqual(['eventemitter3', 'isomorphic-ws', 'ky', 'ws', 'zod']);
  });

  it('brings nothing else along', () => {
    for (const name of dependencies) {
      const { dependencies: more = {}, optionalDependencies = {} } = manifest(`node_modules/${name}/package.json`);
      expect({ name, brings: [...Object.keys(more), ...Object.keys(optionalDependencies)] }).toEqual({
        name,
        brings: [],
      });
    }
  });

  it('neither we nor a dependency has a script that runs when it is installed', () => {
    const all = [own, ...dependencies.map((name) => manifest(`node_modules/${name}/package.json`))];
    // `prepare` of an archive from a registry is not run; of us it would be, for whoever installs from the repository.
    expect(installing.filter((name) => own.scripts?.[name])).toEqual([]);
    for (const { scripts = {} } of all) expect(installing.slice(0, 3).filter((name) => scripts[name])).toEqual([]);
  });

  it('is free to be used', () => {
    for (const name of dependencies)
      expect(manifest(`node_modules/${name}/package.json`).license).toMatch(/^(MIT|ISC|BSD|Apache)/);
  });
});

describe('the package itself', () => {
  it('is published with provenance, by a workflow that proves who it is', () => {
    expect(own.publishConfig?.provenance).toBe(true);
    const workflow = text('.github/workflows/release.yml');
    expect(workflow).toContain('id-token: write');
    expect(workflow).not.toMatch(/NPM_TOKEN|NODE_AUTH_TOKEN/);
  });

  it('only a commit that CI found green is published, and that commit itself', () => {
    const workflow = text('.github/workflows/release.yml');
    expect(workflow).toMatch(/^on:\n {2}workflow_run:\n {4}workflows: \[ci\]/m);
    expect(workflow).toContain("workflow_run.conclusion == 'success'");
    expect(workflow).toMatch(/ref: .*workflow_run\.head_sha/);
  });

  it('every action of a workflow is named by its commit, which nobody can move', () => {
    const uses = globSync('.github/workflows/*.yml', { cwd: root }).flatMap((file) =>
      [...text(file).matchAll(/uses: (.*)/g)].map(([, action = '']) => action),
    );
    expect(uses.length).toBeGreaterThan(5);
    expect(uses.filter((action) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  it('the lock holds the hash of every archive, and takes none from elsewhere than a registry over https', () => {
    const { packages } = JSON.parse(text('package-lock.json')) as {
      packages: Record<
        string,
        { resolved?: string; integrity?: string; link?: boolean; optional?: boolean; dev?: boolean }
      >;
    };
    const archives = Object.entries(packages).filter(
      ([path, { link, optional, dev, resolved }]) =>
        // Binaries for other systems, of tools that are only used here.
        path.startsWith('node_modules/') && !link && !(optional && dev && !resolved),
    );
    expect(archives.length).toBeGreaterThan(100);
    const odd = archives.filter(
      ([, { resolved = '', integrity = '' }]) =>
        !/^sha512-/.test(integrity) || (resolved !== '' && !resolved.startsWith('https://')),
    );
    expect(odd.map(([path]) => path)).toEqual([]);
  });

  it('makes no code from text', () => {
    const made = globSync('src/**/*.ts', { cwd: root }).filter((file) =>
      /\beval\(|\bnew Function\b|\bFunction\(|setTimeout\(\s*['"`]|\.innerHTML|document\.write/.test(text(file)),
    );
    expect(made).toEqual([]);
  });

  it('takes nothing from the environment but what tipstream/env and the commands say they read', () => {
    const readers = globSync('src/**/*.ts', { cwd: root }).filter((file) =>
      /process\.env/.test(text(file).replace(/^\s*(\*|\/\/).*$/gm, '')),
    );
    expect(readers.every((file) => /cli\.ts$|^src\/adapters\/(env|fleet)\//.test(file))).toBe(true);
  });
});
