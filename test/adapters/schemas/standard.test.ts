import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import ky, { type StandardSchemaV1, type StandardSchemaV1InferOutput } from 'ky';
import { expect, expectTypeOf, it } from 'vitest';
import { type chaturbateEventSchema, tipEventSchema, type twitchUserSchema } from '../../../src/adapters/schemas.ts';
import type { ChaturbateEvent } from '../../../src/chaturbate/index.ts';
import type { Schema } from '../../../src/core/reader.ts';
import { testTip } from '../../../src/stream/test-tip.ts';
import type { TipEvent } from '../../../src/stream/tip-event.ts';
import type { TwitchUser } from '../../../src/twitch/index.ts';
import { json, startServer } from '../../support/server.ts';
import { files, read, root } from '../../support/source.ts';

it('is a schema of ours and a Standard Schema, typed by the public type, in and out', () => {
  expectTypeOf(tipEventSchema).toExtend<Schema<TipEvent>>();
  expectTypeOf(tipEventSchema).toExtend<StandardSchemaV1<TipEvent>>();
  expectTypeOf<StandardSchemaV1InferOutput<typeof tipEventSchema>>().toEqualTypeOf<TipEvent>();
  expectTypeOf<StandardSchemaV1InferOutput<typeof chaturbateEventSchema>>().toEqualTypeOf<ChaturbateEvent>();
  expectTypeOf<StandardSchemaV1InferOutput<typeof twitchUserSchema>>().toEqualTypeOf<TwitchUser>();
  const result = tipEventSchema['~standard'].validate(testTip());
  // No promise: what is asked at once is answered at once.
  if (!result.issues) expectTypeOf(result.value).toEqualTypeOf<TipEvent>();
  expect(result.issues).toBeUndefined();
});

it('reads an answer for ky, which refuses another one by its places', async () => {
  const tip = JSON.parse(JSON.stringify(testTip({ tipper: 'quiet_ada' })));
  const server = await startServer((request) => json(request.path === '/good' ? tip : { ...tip, amount: '5' }));
  const good: TipEvent = await ky(`${server.url}/good`).json(tipEventSchema);
  expect(good).toEqual(tip);
  const bad = ky(`${server.url}/bad`).json(tipEventSchema);
  await expect(bad).rejects.toMatchObject({
    name: 'SchemaValidationError',
    issues: [{ message: 'wrong type for amount', path: ['amount'] }],
  });
});

it('every example in the comments that prints something prints what it says', async () => {
  const sources = ['src/adapters/schemas.ts', ...files('src/adapters/schemas')].map(read).join('\n');
  const examples = [...sources.matchAll(/```ts\n(.*?) \* ```/gs)].map(([, code = '']) => code.replace(/^ \* ?/gm, ''));
  const said = examples.flatMap((code) =>
    [...code.matchAll(/console\.log\(.*\);\s*\/\/ (.*)$/gm)].map(([, text]) => text),
  );
  const printing = examples.filter((code) => /console\.log\(.*\);\s*\/\/ /.test(code));
  expect(printing.length).toBeGreaterThan(7);
  const imports = new Set(printing.flatMap((code) => code.match(/^import .*$/gm) ?? []));
  // One program of all: each in a block of its own, below what all of them import.
  const program = [...imports, ...printing.map((code) => `{\n${code.replace(/^import .*$/gm, '')}\n}`)].join('\n');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=tipstream-source', '--input-type=module-typescript', '--eval', program],
    { cwd: root },
  );
  expect(stdout.trimEnd().split('\n')).toEqual(said);
});
