import { runInNewContext } from 'node:vm';
import { describe, expect, inject, it } from 'vitest';
import { isLeftOut } from '../../support/engines.ts';
import { platforms } from '../../support/source.ts';
import { bundlers, programOf } from './bundlers.ts';

const app = inject('app');

/** What a file imports or requires from outside of the bundle. */
const outside = (code: string): string[] =>
  [...code.matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*["'`]([^"'`]+)["'`]/g)]
    .map(([, from = '']) => from)
    .filter((from) => !/^\.{0,2}\//.test(from));

/** What only Node, or the sockets of Node, would bring. */
const ofNode = /["'`]node:|isomorphic-ws|perMessageDeflate|sec-websocket-key|\bcreateRequire\b|\b__dirname\b/i;

/** What a page and a worker have both. Whatever else a bundle touches while it is loaded is a ReferenceError. */
const web = () => ({
  self: {},
  URL,
  URLSearchParams,
  Headers,
  Request,
  Response,
  AbortController,
  AbortSignal,
  TextEncoder,
  TextDecoder,
  ReadableStream,
  DOMException,
  Event,
  EventTarget,
  WebSocket,
  fetch,
});

/** The entries and their platforms. The proxy of Twitch is for no page, but runs in a worker as well. */
const forPage = platforms.map((name) => [`tipstream/${name}`, name] as const);
const forWorker = [...forPage, ['tipstream/twitch-proxy', 'twitch']] as const;

/** Which platforms are named anywhere in a text. */
const named = (code: string): string[] => platforms.filter((name) => code.toLowerCase().includes(name));

for (const [name, engine, bundle] of bundlers) {
  describe.skipIf(engine && isLeftOut(engine))(`a bundle by ${name}`, () => {
    it.each(forPage)('of %s, for a page: its own platform only, and nothing of Node', async (entry, platform) => {
      const files = await bundle(app, await programOf(app, entry), 'a page');
      const code = files.join('\n');
      expect(named(code)).toEqual([platform]);
      expect(files.flatMap(outside)).toEqual([]);
      expect(ofNode.exec(code)?.[0]).toBeUndefined();
    });

    it.each(forWorker)(
      'of %s, for a service worker: one file without import(), its own platform only, which runs where nothing of Node is',
      async (entry, platform) => {
        const files = await bundle(app, await programOf(app, entry), 'a service worker');
        expect(files).toHaveLength(1);
        const [code = ''] = files;
        expect(code).not.toMatch(/\bimport\s*\(/);
        expect(named(code)).toEqual([platform]);
        expect(outside(code)).toEqual([]);
        expect(ofNode.exec(code)?.[0]).toBeUndefined();
        const context: ReturnType<typeof web> & { entry?: Record<string, unknown> } = web();
        runInNewContext(code, context);
        const own = Object.keys(await import(entry)).sort();
        expect(Object.keys(context.entry ?? {}).sort()).toEqual(own);
      },
    );
  });
}
