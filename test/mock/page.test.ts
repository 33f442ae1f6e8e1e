import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import type { createMock } from '../../src/mock/mock.ts';
import { root } from '../support/source.ts';

/** What a page has, and nothing of Node. */
const page = () => ({
  ...{ AbortController, AbortSignal, Blob, File, FormData, Headers, ReadableStream, Request, Response },
  ...{ TextDecoder, TextEncoder, URL, URLSearchParams, atob, btoa, crypto, setTimeout, clearTimeout, queueMicrotask },
});

it('every upstream answers where there is no Node, as in a page with msw', async () => {
  const { outputFiles } = await build({
    stdin: { contents: "import { createMock } from './src/mock/mock.ts'; create = createMock;", resolveDir: root },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    conditions: ['tipstream-source'],
    logLevel: 'silent',
  });
  const scope: ReturnType<typeof page> & { create?: typeof createMock } = page();
  runInNewContext(outputFiles[0]?.text ?? '', scope);
  const mock = scope.create?.();
  if (!mock) throw new Error('nothing was bundled');
  expect(mock.services.map(({ name }) => name).sort()).toEqual(['anilibria', 'tiktok', 'tipping', 'twitch']);
  const ask = async (address: string, body?: object) => {
    const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await mock.answer(new Request(address, body && init));
    return [answer.status, JSON.parse(answer.body)];
  };
  for (const { platform, method, path } of mock.routes) {
    if (method !== 'GET') continue;
    const { status } = await mock.answer(new Request(`http://127.0.0.1:5000${path.replace(/:\w+/g, 'any')}`));
    expect([platform, path, status < 500 || status === 503]).toEqual([platform, path, true]);
  }
  const login = { username: 'ada', password: mock.tipping.password };
  expect(await ask('https://staging-api.livepanty.com/v1/auth/login', login)).toMatchObject([
    200,
    { access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) },
  ]);
});
