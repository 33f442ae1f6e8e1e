import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages as guides, snippetsOf, withSnippets } from '../scripts/snippets.ts';
import { type ErrorCode, TipstreamError } from '../src/core/errors.ts';
import { files, read, root } from './support/source.ts';

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...files('docs/guide', '.md'),
  ...files('docs/decisions', '.md'),
  ...files('docs/requirements', '.md'),
];

/** The chapters of a page, as a link names them. */
const chapters = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('the documents', () => {
  it.each(guides)('%s shows only what programs in docs/examples do; `npm run docs:snippets` writes it anew', (page) => {
    expect(withSnippets(read(page))).toBe(read(page));
    const free = snippetsOf(read(page)).filter(
      ({ from }) => !/^(docs\/examples\/|shown only: .{20,})/.test(from ?? ''),
    );
    expect(free.map(({ code }) => code)).toEqual([]);
  });

  it('show only programs that a test runs', () => {
    const tests = ['test/readme.test.ts', ...files('test/examples'), ...files('test/packaging')].map(read).join('\n');
    const shown = guides.flatMap((page) =>
      snippetsOf(read(page)).map(({ from = '' }) => /^docs\/examples\/([\w/-]+)\.ts/.exec(from)?.[1]),
    );
    const names = [...new Set(shown.filter((name) => name !== undefined))].map((name) => basename(name));
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => !new RegExp(`['/]?\\b${name}(\\.ts)?'?[:',(]`).test(tests))).toEqual([]);
  });

  it.each(pages)('%s links only to what is there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)]
      .map((match) => match[1] ?? '')
      .filter((link) => !/^[a-z]+:/.test(link));
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  it.each(pages)('%s links only to chapters that are there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]*)#([^)]+)\)/g)]
      .map(([, file = '', chapter = '']) => ({ file: file === '' ? page : join(dirname(page), file), chapter }))
      .filter(({ file }) => file.endsWith('.md') && !file.includes(':'));
    expect(links.filter(({ file, chapter }) => !chapters(file).includes(chapter))).toEqual([]);
  });

  it.each(['docs/decisions', 'docs/requirements'])('list every page of %s, by its title', (folder) => {
    const rest = files(folder, '.md').filter((file) => !file.endsWith('README.md'));
    const wanted = rest.map((file) => [basename(file), /^# (.*?)(: [A-Z]{2}-1 to .*)?$/m.exec(read(file))?.[1]]);
    const listed = [...read(`${folder}/README.md`).matchAll(/^- \[(.*)\]\((.*)\)/gm)].map(([, title, file]) => [
      file,
      title,
    ]);
    expect(listed.sort()).toEqual(wanted.sort());
  });

  it('name only commands that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/npm (?:run )?(start|test|build|check|size|docs|bench|[a-z]+(?=`| --))/g)].map(
        (match) => match[1] ?? '',
      ),
    );
    expect([...new Set(named)].filter((name) => !(name in scripts) && !['ci', 'install'].includes(name))).toEqual([]);
    expect(Object.keys(scripts)).toEqual(
      expect.arrayContaining(['start', 'test', 'build', 'check', 'size', 'docs', 'bench']),
    );
  });

  it('name every error code once, with what the class itself says of it', () => {
    const rows = [...read('docs/guide/errors.md').matchAll(/^\| `([A-Z_]+)` \|[^|]*\| (yes|no) \| (yes|no) \|/gm)];
    const said = rows.map(([, code, fatal, retryable]) => ({
      code,
      fatal: fatal === 'yes',
      retryable: retryable === 'yes',
    }));
    const union = /export type ErrorCode =([^;]+);/.exec(read('src/core/errors.ts'))?.[1] ?? '';
    const codes = [...union.matchAll(/'([A-Z_]+)'/g)].map((match) => match[1] as ErrorCode);
    const real = codes
      .map((code) => new TipstreamError({ code, message: '' }))
      .map(({ code, fatal, retryable }) => ({ code, fatal, retryable }));
    expect(said).toEqual(real);
  });

  it('EV-44 the troubleshooting guide covers silence, credentials, rate limits, unreadable answers and timeouts', () => {
    const chapters = read('docs/guide/troubleshooting.md').split(/^## /m).slice(1);
    const covers = (heading: RegExp, ...points: RegExp[]) => {
      const chapter = chapters.find((text) => heading.test(text.split('\n')[0] ?? '')) ?? '';
      return points.filter((point) => !point.test(chapter)).map(String);
    };
    expect(covers(/^No events/, /address/, /key/, /network/i, /ENABLED=false/)).toEqual([]);
    expect(covers(/^Credentials/, /Make a new/, /Bearer/, /X-Api-Key/, /expired/)).toEqual([]);
    expect(covers(/RATE_LIMITED/, /interval/, /waits/, /ratelimit/)).toEqual([]);
    expect(covers(/SCHEMA/, /DEBUG=true/)).toEqual([]);
    expect(covers(/TIMEOUT/, /timeout: seconds/, /firewall|proxy/)).toEqual([]);
  });

  it('XS-14 every text of the project is plain UTF-8: no character of a broken decoding is copied', () => {
    const texts = [...pages, ...files('src'), ...files('docs', '.ts'), ...files('test')];
    // √ and ‚ begin what is left of accents and arrows when UTF-8 is read as Mac Roman; U+FFFD is what is left when nothing could be read.
    const broken =
      /\u221a[\u00a9\u00ae\u2122\u00b4\u00c4-\u00ff\u2020]|\u201a[\u00c4\u00dc\u00c5]|\u00fc\u00e9|\u00ef\u00b8|\u00c3[\u00a9\u00a8\u00a0]|\ufffd/;
    expect(texts.filter((file) => broken.test(read(file)))).toEqual([]);
  });
});
