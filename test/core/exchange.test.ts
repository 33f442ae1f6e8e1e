import { afterEach, describe, expect, it } from 'vitest';
import { open } from '../../src/core/open.ts';
import { seconds } from '../../src/core/time.ts';
import { failure } from '../support/failure.ts';
import { canary, demo } from './fixture.ts';

const { endpoints } = demo;

describe('in a page', () => {
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'document');
  });
  const inPage = () => Object.defineProperty(globalThis, 'document', { value: {}, configurable: true });
  const failing = (answers: (Response | 'fails')[]) =>
    open(demo, {
      baseUrl: 'https://demo.example',
      logger: false,
      fetch: async () => {
        const answer = answers.shift() ?? 'fails';
        if (answer === 'fails') throw new TypeError('Failed to fetch');
        return answer;
      },
    });

  it('three failures before any answer suspect CORS and ask for a minute of rest', async () => {
    inPage();
    const connection = failing([]);
    for (let n = 0; n < 2; n += 1)
      expect((await failure(connection.send(endpoints.plain, {}))).message).not.toContain('CORS');
    const third = await failure(connection.send(endpoints.plain, {}));
    expect(third).toMatchObject({ code: 'NETWORK', retryAfterMs: seconds(60) });
    expect(third.message).toContain('or the server forbids pages (CORS)');
  });

  it('a server that answered once does not forbid pages', async () => {
    inPage();
    const connection = failing([Response.json(1)]);
    await connection.send(endpoints.plain, {});
    for (let n = 0; n < 4; n += 1)
      expect((await failure(connection.send(endpoints.plain, {}))).message).not.toContain('CORS');
  });

  it('elsewhere nobody speaks of CORS', async () => {
    const connection = failing([]);
    for (let n = 0; n < 4; n += 1)
      expect((await failure(connection.send(endpoints.plain, {}))).message).not.toContain('CORS');
  });

  it('sends no header that the contract does not name', async () => {
    inPage();
    const names: string[] = [];
    const connection = open(
      demo,
      {
        baseUrl: 'https://demo.example',
        logger: false,
        fetch: async (request) => {
          names.push(...request.headers.keys());
          return Response.json(1);
        },
      },
      { credential: canary },
    );
    await connection.send(endpoints.plain, {});
    expect(names.sort()).toEqual(['accept', 'x-api-key']);
  });
});

describe('a request', () => {
  it('that cannot be made is VALIDATION, was not sent, and shows no secret', async () => {
    const connection = open(
      demo,
      { baseUrl: 'https://demo.example', logger: false, fetch: async () => Response.json(1) },
      { credential: `line\n${canary}` },
    );
    const error = await failure(connection.send(endpoints.plain, {}));
    expect(error).toMatchObject({ code: 'VALIDATION', sent: 'no', attempts: 0 });
    expect(`${error.message}${JSON.stringify(error)}${error.cause}`).not.toContain(canary);
  });

  it('goes to the address as it is where the endpoint adds nothing, and keeps its query', async () => {
    const asked: string[] = [];
    const fetch = async ({ url }: Request) => {
      asked.push(url);
      return Response.json(1);
    };
    const bare = { ...endpoints.asked, path: '' };
    const send = (baseUrl: string) =>
      open(demo, { baseUrl, fetch }, { credential: canary, params: { room: 'a b' } }).send(bare, {});
    await send('https://demo.example/events/');
    await send('https://demo.example/{room}?v=1');
    expect(asked).toEqual([
      `https://demo.example/events/?api_key=${canary}`,
      `https://demo.example/a%20b?v=1&api_key=${canary}`,
    ]);
  });
});
