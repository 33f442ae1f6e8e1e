import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { collection } from '../../scripts/postman.ts';
import { listEndpoints } from '../../src/core/endpoint.ts';
import { createMockServer } from '../../src/mock/index.ts';
import { tipping } from '../../src/tipping/endpoints.ts';
import { read } from '../support/source.ts';

type Made = ReturnType<typeof collection>;
type Item = Made['item'][number]['item'][number];

describe('the Postman collection', () => {
  let made: Made;
  beforeAll(() => {
    made = collection();
  });

  test('docs/postman.json is what the declarations say; after a change: node --conditions=tipstream-source scripts/postman.ts', () => {
    expect(JSON.parse(read('docs/postman.json'))).toEqual(JSON.parse(JSON.stringify(made)));
  });

  test('TP-1 has every call, by method and path', () => {
    const paths = made.item.flatMap(({ item }) =>
      item.map(
        ({ request }) =>
          `${request.method} /${request.url.path.map((part) => (part.startsWith('{{') ? '*' : part)).join('/')}`,
      ),
    );
    const wanted = listEndpoints(tipping.endpoints).map(
      ({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '*')}`,
    );
    expect(wanted.filter((path) => !paths.includes(path))).toEqual([]);
  });

  test('TP-38 runs from top to bottom against the mock: every test in it holds', async () => {
    const server = await createMockServer({ port: 0, platforms: ['tipping'] });
    onTestFinished(server.close);
    const variables = new Map(made.variable.map(({ key, value }) => [key, value]));
    variables.set('baseUrl', server.env.TIPPING_BASE_URL ?? '');
    const fill = (text: string): string =>
      text.replace(/\{\{([$\w]+)\}\}/g, (_, name) =>
        name === '$guid' ? crypto.randomUUID() : (variables.get(name) ?? `no ${name}`),
      );
    const held: string[] = [];

    const run = async ({ name, request, event }: Item): Promise<void> => {
      const { method, header, url, auth } = request;
      const headers = new Headers(Object.fromEntries(header.map(({ key, value }) => [key, fill(value)])));
      if ('bearer' in auth) headers.set('authorization', `Bearer ${fill(auth.bearer[0]?.value ?? '')}`);
      const body = 'body' in request && request.body ? fill(request.body.raw) : undefined;
      const answer = await fetch(fill(url.raw), { method, headers, ...(body && { body }) });
      const text = await answer.text();
      const pm = {
        response: {
          code: answer.status,
          json: () => JSON.parse(text),
          to: { have: { status: (wanted: number) => expect(answer.status, name).toBe(wanted) } },
        },
        collectionVariables: { set: (key: string, value: string) => variables.set(key, value) },
        expect: (value: unknown) => ({
          to: {
            be: { below: (most: number) => expect(value, `${name}: ${text}`).toBeLessThan(most) },
            eql: (wanted: unknown) => expect(value, name).toEqual(wanted),
            include: (one: unknown) => expect(value, name).toContain(one),
          },
        }),
        test(what: string, check: () => void) {
          check();
          held.push(`${name} ${what}`);
        },
      };
      for (const { script } of event) new Function('pm', script.exec.join('\n'))(pm);
    };
    for (const { item } of made.item) for (const each of item) await run(each);
    expect(held.length).toBeGreaterThan(40);
    expect(server.tipping.ledger).toMatchObject([{ tokens: 10 }]);
  });
});
