import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { root } from '../support/source.ts';

/** A program as a bundler makes it for a page: everything that it can reach, and nothing else. */
async function bundle(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['tipstream-source'],
    write: false,
  });
  return outputFiles.map(({ text }) => text).join('');
}

const sessions = ['tipstream.sessions', 'the session is over', '/auth/refresh', '/wallet/transfer', '/kyc/', '/admin/'];

test('an app that only shows streams carries no sessions, no wallet and no schema library', async () => {
  const whole = await bundle("export { createTipping } from 'tipstream/tipping'");
  for (const mark of sessions) expect(whole).toContain(mark);
  const shown = await bundle("export { createTippingStreams } from 'tipstream/tipping'");
  for (const mark of sessions) expect(shown).not.toContain(mark);
  expect(shown).toContain('/streams/{streamId}/tips');
  for (const text of [whole, shown]) expect(text).not.toContain('ZodMini');
  expect(shown.length).toBeLessThan(whole.length - 8_000);
});

test('an app that only converts carries nothing else', async () => {
  const money = await bundle("export { tokensToCurrency, isOutgoing } from 'tipstream/tipping'");
  expect(money.length).toBeLessThan(4_000);
  for (const mark of [...sessions, '/streams', 'fetch(']) expect(money).not.toContain(mark);
});
