import { describe, expect, it } from 'vitest';
import { createTikTok, generatorUrls } from '../../src/tiktok/index.ts';
import { createTipping } from '../../src/tipping/index.ts';

/** What `JSON.parse('"\\ud800"')` gives: the name of a viewer may hold it. */
const half = 'an\ud800na';
const written = 'an%EF%BF%BDna';
const key = 'key-of-nobody-0123456789';

/** What was asked while `use` ran, and what it ended with. */
async function askedBy(use: (fetch: typeof globalThis.fetch) => Promise<unknown>): Promise<[string[], unknown]> {
  const asked: string[] = [];
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    asked.push(String(input instanceof Request ? input.url : input));
    return Response.json({});
  };
  const error = await use(fetch).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return [asked, error];
}

describe('half a letter', () => {
  it.each<[string, (fetch: typeof globalThis.fetch) => Promise<unknown>]>([
    [
      'a username',
      (fetch) => createTikTok({ baseUrl: 'https://a.example', apiKey: key, fetch }).profile.get({ username: half }),
    ],
    ['a stream', (fetch) => createTipping({ baseUrl: 'https://a.example', fetch }).streams.get({ streamId: half })],
  ])('in %s is asked for as the sign for what cannot be read, and fails no call', async (_, use) => {
    const [asked, error] = await askedBy(use);
    expect(error).not.toBeInstanceOf(URIError);
    expect(asked.join()).toContain(written);
  });

  it('in a name whose picture is drawn gives addresses all the same', () => {
    expect(generatorUrls(half).every((url) => url.includes(written))).toBe(true);
    expect(generatorUrls('ann😀')[0]).toContain('ann%F0%9F%98%80');
  });

  it('in the id of a session is no reason to try for ever', async () => {
    const opened: string[] = [];
    class Sockets extends EventTarget {
      constructor(url: string | URL) {
        super();
        opened.push(String(url));
      }
      close(): void {}
      send(): void {}
    }
    const tiktok = createTikTok({
      baseUrl: 'https://a.example',
      apiKey: key,
      WebSocket: Sockets as unknown as typeof WebSocket,
    });
    const comments = tiktok.comments(half);
    const watched = comments[Symbol.asyncIterator]().next();
    await expect.poll(() => opened.join()).toContain(`/ws/comments/${written}`);
    tiktok.close();
    await watched.catch(() => undefined);
  });
});
