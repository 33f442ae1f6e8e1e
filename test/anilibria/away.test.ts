import { describe, expect, it } from 'vitest';
import { readFrame } from '../../src/anilibria/events.ts';
import { type AnilibriaSource, bestSource } from '../../src/anilibria/index.ts';
import { toTitle } from '../../src/anilibria/normalize.ts';
import { json, startServer } from '../support/server.ts';
import { client } from './host.ts';

const title = { id: 1, names: { ru: 'Имя' } };

describe('a fallback beside several addresses', () => {
  it('AL-2 AL-36 is asked at its own address, wherever the service was asked last', async () => {
    const [one, two] = [await startServer(() => json({}, 502)), await startServer(() => json({}, 502))];
    const other = await startServer(() => json(title));
    const anilibria = client('', {
      baseUrl: [`${one.url}/api/anilibria/v2`, `${two.url}/api/anilibria/v2`],
      fallback: { baseUrl: `${other.url}/api/v1`, path: '/anime/releases/{id}' },
      retry: 0,
      cache: false,
    });
    for (let nth = 0; nth < 4; nth += 1)
      expect((await anilibria.titles.get.withMeta({ id: 1 })).meta.source).toBe('v1');
    expect(new Set(other.arrivals.map(({ url }) => url))).toEqual(new Set(['/api/v1/anime/releases/1']));
    const paths = [...one.arrivals, ...two.arrivals].map(({ url }) => url);
    expect(new Set(paths)).toEqual(new Set(['/api/anilibria/v2/titles/1']));
  });

  it('AL-2 AL-36 that fails moves nobody to another address', async () => {
    const one = await startServer(() => json({}, 502));
    const two = await startServer(() => json(title));
    const other = await startServer(() => json({}, 500));
    const anilibria = client('', {
      baseUrl: [one.url, two.url],
      fallback: { baseUrl: other.url },
      retry: 0,
      cache: false,
    });
    await expect(anilibria.titles.get({ id: 1 })).rejects.toMatchObject({ status: 502 });
    expect(other.arrivals).toHaveLength(1);
    expect(await anilibria.titles.get({ id: 1 })).toMatchObject({ id: 1 });
    expect(one.arrivals).toHaveLength(1);
  });

  it('AL-36 is not asked after a 408, which is a 4xx like any other', async () => {
    const one = await startServer(() => json({ detail: 'too slow' }, 408));
    const other = await startServer(() => json(title));
    const anilibria = client(one.url, { fallback: { baseUrl: other.url }, retry: 0 });
    await expect(anilibria.titles.get({ id: 1 })).rejects.toMatchObject({ status: 408 });
    expect(other.arrivals).toHaveLength(0);
  });
});

it('AL-12 no quality makes the best source fail, whatever it is', () => {
  const odd: AnilibriaSource[] = JSON.parse(
    '[{"quality":{"toString":1,"valueOf":1},"url":"/a"},{"quality":720,"url":"/b"}]',
  );
  expect(bestSource({ sources: odd })?.url).toBe('/b');
});

it('AL-28 XS-12 a time that no calendar has is none', () => {
  const text = '{"type":"new_title","data":{"title_id":1,"timestamp":1e300}}';
  expect(readFrame(text, 5)).toMatchObject({ notification: { at: 5 } });
  expect(toTitle({ ...title, updated_at: '9'.repeat(30) }, 'https://a.test')).not.toHaveProperty('updatedAt');
});
