import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { files, imports, nodes, parse, platforms, read, root, words } from './support/source.ts';

const sources = files('src');
const everyPlatform = ['chaturbate', 'stripchat', 'camsoda', 'twitch', 'tiktok', 'anilibria', 'tipping'];

/** The folder of a file in `src`; `index` for the files that lie in `src` itself. */
const room = (file: string) => (file.split('/').length === 2 ? 'index' : (file.split('/')[1] ?? ''));
const isPlatform = (name: string) => platforms.includes(name);

/** Every import of every source: who, what, and for a relative one the file that is meant. */
const links = sources.flatMap((file) =>
  imports(read(file)).map(({ from, typeOnly }) => ({
    file,
    from,
    typeOnly,
    to: from.startsWith('.') ? join(dirname(file), from) : undefined,
  })),
);
const said = (found: { file: string; from: string }[]) => found.map(({ file, from }) => `${file} imports ${from}`);

describe('imports run one way', () => {
  const mayImport = (from: string, to: string): boolean => {
    if (from === to) return true;
    if (from === 'core') return false;
    if (from === 'stream' || from === 'index') return to === 'core' || to === 'stream';
    if (isPlatform(from)) return to === 'core' || to === 'stream';
    return to === 'core' || to === 'stream' || isPlatform(to);
  };

  it('core <- stream <- platforms <- mock, adapters; no platform imports another', () => {
    expect(said(links.filter(({ file, to }) => to !== undefined && !mayImport(room(file), room(to))))).toEqual([]);
  });

  it('every relative import names a file, with its extension', () => {
    expect(said(links.filter(({ to }) => to !== undefined && !existsSync(join(root, to))))).toEqual([]);
  });

  it('core and stream name no platform, in code or in a string, except the type KnownPlatform', () => {
    const named = sources
      .filter((file) => ['core', 'stream'].includes(room(file)))
      .flatMap((file) => words(withoutKnownPlatform(file)).map((word) => ({ file, word })))
      .filter(({ word }) => everyPlatform.some((name) => word.toLowerCase().includes(name)));
    expect(named).toEqual([]);
  });
});

const withoutKnownPlatform = (file: string) =>
  file === 'src/stream/tip-event.ts' ? read(file).replace(/export type KnownPlatform = [^;]+;/, '') : read(file);

describe('one door per dependency', () => {
  const doors: [name: RegExp, door: RegExp][] = [
    [/^ky$/, /^src\/core\/http\.(node|web)\.ts$/],
    [/^#channels$/, /^src\/core\/telemetry\.ts$/],
    [/^#http$/, /^src\/core\/exchange\.ts$/],
    [/^isomorphic-ws$/, /^src\/stream\/socket\.node\.ts$/],
    [/^#socket$/, /^src\/stream\/socket\.ts$/],
    [/^ws$/, /^src\/mock\//],
    [/^eventemitter3$/, /^src\/stream\/signals\.ts$/],
    [/^zod\/mini$/, /^src\/(core\/[^/]+|[^/]+\/schemas(\/[^/]+)?)\.ts$/],
    [/^msw(\/|$)/, /^src\/mock\/msw(-sockets)?\.ts$/],
    [/^@opentelemetry\/api$/, /^src\/adapters\/opentelemetry\//],
    [/^prom-client$/, /^src\/adapters\/prometheus\//],
    [/^rate-limiter-flexible$/, /^src\/adapters\/redis\//],
    [/^bullmq$/, /^src\/adapters\/fleet\//],
    [/^ioredis$/, /^src\/adapters\/fleet\/cli\.ts$/],
    [/^node:/, /^src\/(mock|adapters)\//],
  ];

  it('each package is imported where its door is, and no other package at all', () => {
    const outside = links.filter(({ from }) => !from.startsWith('.'));
    expect(
      said(outside.filter(({ file, from }) => !doors.some(([name, door]) => name.test(from) && door.test(file)))),
    ).toEqual([]);
  });

  it('zod is a type in core, and only src/adapters/schemas loads files of schemas: elsewhere they are taken by `import type`', () => {
    const isSchemas = (file = ''): boolean => /\/schemas(\/|\.ts$)/.test(file);
    const loading = links.filter(({ typeOnly }) => !typeOnly);
    const mayLoad = (file: string, to: string): boolean =>
      isSchemas(file) && (room(file) === room(to) || /^src\/adapters\/schemas\//.test(file));
    expect(said(loading.filter(({ file, from }) => from === 'zod/mini' && !isSchemas(file)))).toEqual([]);
    const schemas = loading.filter(({ to }) => isSchemas(to));
    expect(said(schemas.filter(({ file, to = '' }) => !mayLoad(file, to)))).toEqual([]);
    expect(new Set(schemas.map(({ to = '' }) => room(to)).filter(isPlatform))).toEqual(new Set(platforms));
  });

  it('every dependency of the package is imported somewhere, and every import is a dependency', () => {
    const manifest = JSON.parse(read('package.json'));
    const declared = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)].sort();
    const used = links.map(({ from }) => from).filter((from) => !/^[.#]|^node:/.test(from));
    expect([...new Set(used.map((from) => /^(@[^/]+\/)?[^/]+/.exec(from)?.[0]))].sort()).toEqual(declared);
  });
});

describe('every platform has the same rooms', () => {
  const rooms = ['schemas.ts', 'endpoints.ts', 'normalize.ts', 'client.ts', 'index.ts'];
  /** What each room may take from its own folder, beside the rooms that a subject was split into. */
  const takes: Record<string, readonly string[]> = {
    'schemas.ts': [],
    'endpoints.ts': ['schemas.ts', 'normalize.ts'],
    'normalize.ts': ['schemas.ts'],
    'client.ts': ['schemas.ts', 'endpoints.ts', 'normalize.ts'],
  };

  it.each(platforms)('%s has schemas, endpoints, normalize, client and index', (platform) => {
    expect(rooms.filter((name) => !existsSync(join(root, 'src', platform, name)))).toEqual([]);
  });

  it.each(platforms)('the rooms of %s build on one another in one direction', (platform) => {
    const inside = links.filter(({ file, to }) => room(file) === platform && to !== undefined && room(to) === platform);
    const wrong = inside.filter(({ file, to }) => {
      const allowed = takes[basename(file)];
      return allowed !== undefined && rooms.includes(basename(to ?? '')) && !allowed.includes(basename(to ?? ''));
    });
    expect(said(wrong)).toEqual([]);
  });

  it.each(platforms)('the normaliser of %s is pure: no clock, no chance, no network', (platform) => {
    const impure = words(read(`src/${platform}/normalize.ts`)).filter((word) =>
      /^(Date|Math\.random|random|fetch|setTimeout|performance|crypto)$/.test(word),
    );
    expect(impure).toEqual([]);
  });
});

describe('no module holds state', () => {
  const holders = new Set([
    'Map',
    'Set',
    'WeakMap',
    'WeakSet',
    'EventEmitter',
    'EventTarget',
    'AbortController',
    'Headers',
    'Request',
    'Date',
  ]);
  const doers = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch']);

  /** What runs when a module is loaded: everything that is in no function. */
  function* atLoad(node: ts.Node): Generator<ts.Node> {
    if (
      ts.isFunctionLike(node) ||
      ts.isTypeNode(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node)
    )
      return;
    yield node;
    for (const child of node.getChildren()) yield* atLoad(child);
  }

  it.each([
    ['a variable', (node: ts.Node) => ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.Const) === 0],
    [
      'an object that holds something',
      (node: ts.Node) => ts.isNewExpression(node) && holders.has(node.expression.getText()),
    ],
    [
      'an empty list to fill',
      (node: ts.Node) => ts.isVariableDeclaration(node) && /^(\[\]|\{\})$/.test(node.initializer?.getText() ?? ''),
    ],
    ['a timer or a request', (node: ts.Node) => ts.isCallExpression(node) && doers.has(node.expression.getText())],
    [
      'a random number or the time',
      (node: ts.Node) =>
        ts.isCallExpression(node) && /^(Math\.random|Date\.now|crypto\.\w+)$/.test(node.expression.getText()),
    ],
    ['an await', (node: ts.Node) => ts.isAwaitExpression(node)],
  ])('none has %s at its top', (_what, matches) => {
    const found = sources.flatMap((file) =>
      [...atLoad(parse(read(file)))].filter(matches).map((node) => `${file}: ${node.getText().slice(0, 60)}`),
    );
    expect(found.filter((line) => !line.startsWith('src/mock/cli.ts'))).toEqual([]);
  });

  it('nothing touches the network, timers or random numbers when it is loaded or when a client is made', async () => {
    const run = promisify(execFile)(
      process.execPath,
      ['--conditions=tipstream-source', join(root, 'test/support/untouched.ts')],
      { cwd: root },
    );
    expect((await run).stdout).toBe('untouched\n');
  });
});

describe('names and sizes', () => {
  it('no file has more than 250 lines', () => {
    const long = sources
      .map((file) => [file, read(file).split('\n').length - 1] as const)
      .filter(([, lines]) => lines > 250);
    expect(long).toEqual([]);
  });

  it('files are kebab-case nouns', () => {
    const bad = /(^|-)(manager|helper|util|utils|base|service|common|misc)s?(-|$)/;
    // What the mock calls an upstream with a state of its own is one of these words, and means just that.
    const meant = ['src/mock/service.ts', 'src/mock/services.ts'];
    const odd = sources.filter((file) => {
      if (meant.includes(file)) return false;
      const name = basename(file, '.ts').replace(/\.(node|web)$/, '');
      return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || bad.test(name);
    });
    expect(odd).toEqual([]);
  });

  it('there is no default export, no enum, no namespace, and no class but TipstreamError', () => {
    const found = sources.flatMap((file) =>
      [...nodes(parse(read(file)))]
        .filter(
          (node) =>
            ts.isExportAssignment(node) ||
            (node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent)) ||
            ts.isEnumDeclaration(node) ||
            (ts.isModuleDeclaration(node) && !node.getText().startsWith('declare global')) ||
            (ts.isClassLike(node) && node.name?.text !== 'TipstreamError'),
        )
        .map((node) => `${file}: ${node.getText().slice(0, 60)}`),
    );
    expect(found).toEqual([]);
  });

  it('the library does not print: no console but in the logger, the mock and its command', () => {
    const found = sources.filter(
      (file) => room(file) !== 'mock' && file !== 'src/core/logger.ts' && words(read(file)).includes('console'),
    );
    expect(found).toEqual([]);
  });

  it('EV-43 every platform has tests of its normaliser, and of its polling by a client', () => {
    const missing = platforms.flatMap((platform) => {
      const tests = files(`test/${platform}`, '.test.ts');
      const polls = tests.some((file) =>
        imports(read(file)).some(({ from }) => from.endsWith(`/src/${platform}/index.ts`)),
      );
      return [
        ...(tests.includes(`test/${platform}/normalize.test.ts`) ? [] : [`${platform}: normaliser`]),
        ...(polls ? [] : [`${platform}: polling`]),
      ];
    });
    expect(missing).toEqual([]);
  });
});
