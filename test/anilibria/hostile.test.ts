import { describe, expect, it } from 'vitest';
import { readFrame } from '../../src/anilibria/events.ts';
import { resolveAsset, toEpisodes, toTitle } from '../../src/anilibria/normalize.ts';
import { until } from '../support/polled.ts';
import { client, host } from './host.ts';

/** What JSON can make of a word: something that cannot even be turned into a text. */
const odd: unknown = JSON.parse('{"toString":1,"valueOf":1}');
const assets = 'https://assets.test';

describe('what somebody hostile sends', () => {
  it.each([
    { type: 'new_episode', data: { title_id: 1, episode: odd, timestamp: 'x' } },
    { type: 'new_episode', data: { title_id: 1, episode: 1, timestamp: odd } },
    { type: 'new_episode', data: { title_id: odd, episode: 1 } },
    { type: 'status_change', data: { title_id: 1, new_status: odd, timestamp: odd } },
    { type: 'error', data: { code: odd, message: odd } },
    { type: 'error', data: { code: ['AUTH_FAILED', odd], message: 'x' } },
    { type: odd, data: odd },
  ])('AL-28 AL-30 is read without a throw: %j', (frame) => {
    expect(readFrame(JSON.stringify(frame), 0)).toMatchObject({ kind: expect.any(String) });
  });

  it('AL-28 two episodes of one time are two, however long they call themselves', () => {
    const ids = ['a'.repeat(200), 'b'].map((episode) => {
      const read = readFrame(
        JSON.stringify({ type: 'new_episode', data: { title_id: 1, episode, timestamp: '2026-01-01T20:00:00Z' } }),
        0,
      );
      return read.kind === 'notification' ? read.id : undefined;
    });
    // What is too long to be remembered is told every time.
    expect(ids).toEqual([undefined, 'new_episode:1:2026-01-01T20:00:00Z:b']);
  });

  it('AL-10 episodes stay readable whatever they are numbered with', () => {
    const episodes = [{ number: odd }, { ordinal: [odd], name: 'two' }, { number: 3 }];
    expect(toEpisodes(episodes, assets).map(({ key }) => key)).toEqual(['1', '2', '3']);
    expect(toEpisodes({ 1: { number: odd, name: odd, duration: odd, sources: [{ url: odd }] } }, assets)).toHaveLength(
      1,
    );
  });

  it.each([
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    'vbscript:x',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
  ])('AL-13 %j is no address of a picture or video', (url) => {
    expect(resolveAsset(url, assets)).toBeUndefined();
    const title = toTitle(
      {
        id: 1,
        names: { ru: 'Тихий сад' },
        poster: { small: url },
        episodes: { 1: { preview: url, sources: [{ url }] } },
      },
      assets,
    );
    expect(title.poster).toEqual({ small: null });
    expect(title.episodeList[0]).toEqual({ key: '1', number: 1, name: '', sources: [] });
  });
});

describe('what somebody new writes', () => {
  it('AL-24 one title, one type, and an id as text are taken for what they mean', async () => {
    const server = await host();
    const anilibria = client(server.base);
    const stream = anilibria.notifications({ titles: '9919', types: 'new_title' } as never);
    stream.subscribeTitle('9918' as never);
    stream.subscribeTitle(9917);
    stream.unsubscribeTitle('9917' as never);
    stream.subscribe(() => {});
    await stream.ready();
    await until(() => (server.anilibria.listeners[0]?.heard.length ?? 0) > 2);
    expect(server.anilibria.listeners[0]?.heard).toEqual([
      { type: 'subscribe_title', data: { title_id: 9919 } },
      { type: 'subscribe_title', data: { title_id: 9918 } },
      { type: 'subscribe_updates', data: { types: ['new_title'] } },
    ]);
  });
});
