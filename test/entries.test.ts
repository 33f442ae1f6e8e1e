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
    // What entries share is one text: scripts/house-chunks.ts makes it, and test/packaging/contents.test.ts looks for it.
    const doors = Object.values<string | Record<string, string | Record<string, string>>>(manifest.imports)
      .filter((conditions) => typeof conditions !== 'string')
      .flatMap((conditions) => Object.values(conditions).filter((target) => typeof target === 'string'));
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

  describe('of the public face', () => {
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
    const exportsOf = (source: string): ts.Symbol[] => {
      const file = program.getSourceFile(join(root, source));
      const symbol = file && checker.getSymbolAtLocation(file);
      return symbol ? checker.getExportsOfModule(symbol) : [];
    };
    const target = (each: ts.Symbol) => (each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each);
    const isTypeOnly = (from: ts.Declaration) =>
      ts.isExportSpecifier(from) && (from.isTypeOnly || from.parent.parent.isTypeOnly);
    const isValue = (each: ts.Symbol) =>
      (target(each).flags & ts.SymbolFlags.Value) !== 0 && !each.declarations?.some(isTypeOnly);
    const names = (symbols: ts.Symbol[]) => symbols.map(({ name }) => name).sort();

    it('each gives what the snapshot says, no more and no less', () => {
      const given = entries.map(([path, source]) => {
        const all = exportsOf(source);
        return [path, { values: names(all.filter(isValue)), types: names(all.filter((each) => !isValue(each))) }];
      });
      expect(Object.fromEntries(given)).toMatchSnapshot();
    });

    it('every option says in a comment what it does', () => {
      const options = entries
        .flatMap(([, source]) => exportsOf(source).map(target))
        .filter(({ name }) => name.endsWith('Options'))
        .flatMap((symbol) => (symbol.declarations ?? []).filter(ts.isInterfaceDeclaration))
        .flatMap(({ name, members }) =>
          members
            .filter(
              (member) => !(ts.isPropertySignature(member) && /^(undefined|never)$/.test(member.type?.getText() ?? '')),
            )
            .map((member) => [`${name.text}.${member.name?.getText()}`, member] as const),
        );
      expect(options.length).toBeGreaterThan(50);
      expect([
        ...new Set(
          options.filter(([, member]) => ts.getJSDocCommentsAndTags(member).length === 0).map(([name]) => name),
        ),
      ]).toEqual([]);
    });
  });
});
