import { setupServer } from 'msw/node';
import { getResponse } from 'msw/utils/get-response';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMock, handlers } from '../../src/mock/msw.ts';
import { serve } from './serve.ts';

const fast = { seed: 7, pace: Number.POSITIVE_INFINITY };
const places = [
  ['https://events.example.com/events/amber_room', '/events/chaturbate'],
  ['https://api.stripchat.com/v1/events', '/events/stripchat'],
  ['https://api.camsoda.com/external/events?broadcaster=a&api_key=b', '/events/camsoda'],
] as const;

describe('the handlers', () => {
  it('answer at the true hosts what the server answers', async () => {
    const all = handlers(fast);
    const { url } = await serve(fast);
    for (const [place, path] of places) {
      const response = await getResponse(all, new Request(place));
      const other = await fetch(url + path);
      const timeless = (text: string) => text.replace(/\d{10}/g, 'time');
      expect([response?.status, timeless((await response?.text()) ?? '')]).toEqual([200, timeless(await other.text())]);
    }
    const poll = await getResponse(
      all,
      new Request('https://eventsapi.chaturbate.com/events/amber_room/not-a-secret-token/'),
    );
    expect((await poll?.json())?.nextUrl).toMatch(
      /^https:\/\/eventsapi\.chaturbate\.com\/events\/amber_room\/not-a-secret-token\/\?i=/,
    );
  });

  it('leave every other request alone', async () => {
    const all = handlers({ origins: ['https://mock.invalid'] });
    for (const [place] of places) expect(await getResponse(all, new Request(place))).toBeUndefined();
    expect(await getResponse(all, new Request('https://mock.invalid/else'))).toBeUndefined();
    expect((await getResponse(all, new Request('https://mock.invalid/v1/events')))?.status).toBe(200);
  });

  it('let a test make things happen in its own mock', async () => {
    const mock = createMock({ scenario: 'quiet' });
    const ask = async () =>
      (await getResponse(handlers({ mock }), new Request('https://api.stripchat.com/v1/events')))?.json();
    mock.tip('stripchat', { amount: 7 });
    expect(await ask()).toMatchObject({ events: [{ amount: 7 }] });
    expect(await ask()).toEqual({ events: [] });
  });

  it('a page that was not read to its end is given again', async () => {
    const all = handlers({ ...fast, limit: 4 });
    const ask = () => getResponse(all, new Request('https://api.stripchat.com/v1/events'));
    await (await ask())?.body?.cancel();
    expect((await (await ask())?.json())?.events).toHaveLength(1);
    expect((await (await ask())?.json())?.events).toHaveLength(0);
  });

  it('serve the fetch of a test through setupServer, failures too', async () => {
    const mock = createMock({ ...fast, limit: 8 });
    const server = setupServer(...handlers({ mock }));
    server.listen({ onUnhandledFrame: 'error' });
    onTestFinished(() => server.close());
    const place = 'https://api.stripchat.com/v1/events';
    for (const failure of ['reset', 'truncated']) {
      mock.fail(failure);
      await expect(fetch(place).then((answer) => answer.text())).rejects.toThrow();
    }
    mock.fail('429:date');
    const limited = await fetch(place);
    expect([limited.status, limited.headers.has('retry-after')]).toEqual([429, true]);
    mock.fail('slow:20');
    expect((await (await fetch(place)).json()).events).toHaveLength(2);
    expect(mock.faults).toEqual({ stripchat: { reset: 1, truncated: 1, '429': 1, slow: 1 } });
  });
});
