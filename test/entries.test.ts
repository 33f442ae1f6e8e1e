import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import tsup from '../tsup.config.ts';
import { platforms, read, root } from './support/source.ts';

describe('the entries agree', () => {
  const manifest = JSON.parse(read('package.json'));
  const entries: [path: string, source: string][] = Object.entries<Record<string, string>>(manifest.exports)
    .filter(([path]) => path !== './package.json')
    .map(([path, conditions]) => [path, conditions['tipstream-source'] ?? '']);

  it('package.json names types first and default last, for one and the same file', () => {
    for (const [path, source] of entries) {
      const built = path === '.' ? 'index' : path.slice(2);
      expect(Object.entries(manifest.exports[path])).toEqual([
        ['types', `./dist/${built}.d.ts`],
        ['tipstream-source', source],
        ['default', `./dist/${built}.js`],
      ]);
    }
  });

  it('tsup builds each entry, each bin and each file that `#http` names, and nothing else', () => {
    const doors = Object.values<Record<string, string | Record<string, string>>>(manifest.imports).flatMap(
      (conditions) => Object.values(conditions).filter((target) => typeof target === 'string'),
    );
    const built = [
      ...entries.map(([path]) => manifest.exports[path].default),
      ...doors,
      ...Object.values<string>(manifest.bin),
    ];
    const wanted = new Set(built.map((path) => path.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, '')));
    const options = Array.isArray(tsup) || typeof tsup === 'function' ? {} : tsup;
    const configured = Object.entries(options.entry ?? {});
    expect(configured.map(([name]) => name).sort()).toEqual([...wanted].sort());
    expect(configured.filter(([, source]) => !existsSync(join(root, source)))).toEqual([]);
    for (const [path, source] of entries)
      expect(`./${Object.fromEntries(configured)[path === '.' ? 'index' : path.slice(2)]}`).toBe(source);
  });

  it('every platform and every adapter has an entry, the reference shows it, and TypeScript finds its source', () => {
    const expected = [
      'src/index.ts',
      ...platforms.map((name) => `src/${name}/index.ts`),
      'src/mock/index.ts',
      'src/mock/msw.ts',
    ];
    const adapters = readdirSync(join(root, 'src/adapters')).filter((name) => name.endsWith('.ts'));
    expected.push(...adapters.map((name) => `src/adapters/${name}`));
    expect(entries.map(([, source]) => source.slice(2)).sort()).toEqual(expected.sort());
    expect([...JSON.parse(read('typedoc.json')).entryPoints].sort()).toEqual(expected.sort());
    const paths = Object.entries<string[]>(JSON.parse(read('tsconfig.json')).compilerOptions.paths);
    expect(paths.map(([name, [source]]) => [name.replace('tipstream', '.'), source]).sort()).toEqual(
      [...entries].sort(),
    );
  });

  it('each gives what the snapshot says, no more and no less', () => {
    const program = ts.createProgram(
      entries.map(([, source]) => join(root, source)),
      {
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        allowImportingTsExtensions: true,
        noEmit: true,
        skipLibCheck: true,
        types: [],
      },
    );
    const checker = program.getTypeChecker();
    const exported = entries.map(([path, source]) => {
      const module = program.getSourceFile(join(root, source));
      const symbol = module && checker.getSymbolAtLocation(module);
      const names = symbol ? checker.getExportsOfModule(symbol) : [];
      const isValue = (each: ts.Symbol) => {
        const target = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
        return (
          (target.flags & ts.SymbolFlags.Value) !== 0 &&
          !each.declarations?.some(
            (from) => ts.isExportSpecifier(from) && (from.isTypeOnly || from.parent.parent.isTypeOnly),
          )
        );
      };
      return [
        path,
        {
          values: names
            .filter(isValue)
            .map((each) => each.name)
            .sort(),
          types: names
            .filter((each) => !isValue(each))
            .map((each) => each.name)
            .sort(),
        },
      ];
    });
    expect(Object.fromEntries(exported)).toMatchSnapshot();
  });
});
