import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minutes, seconds } from '../../src/core/time.ts';
import { appToken } from '../../src/twitch/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { failure } from '../support/failure.ts';
import { json } from '../support/server.ts';
import { hostTwitch } from './host.ts';

const names = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `fan${from + index}`);

describe('users', () => {
  it('TW-4 TW-24 repeats id and login for each of them, and gives ids as texts', async () => {
    const { client, controls, asked } = await hostTwitch();
    const { id } = controls.user('ada');
    const { items } = await client().users({ ids: [id, '00012345678901234567'], logins: ['mira', 'a,b'] });
    expect(asked()[0]?.url).toBe(`/twitch/helix/users?id=${id}&id=00012345678901234567&login=mira&login=a%2Cb`);
    expect(items.map((user) => user.id)).toEqual([id, controls.user('mira').id]);
    expect(items[0]?.id).toBeTypeOf('string');
  });

  it('TW-5 splits into requests of 100 ids and logins in all, and merges in the order of the caller', async () => {
    const { client, controls, asked } = await hostTwitch();
    const ids = names(130).map((login) => controls.state.addUser(login).id);
    const logins = names(75, 130).map((login) => controls.state.addUser(login).login);
    const order = [...ids].reverse();
    const { items } = await client().users({ ids: order, logins });
    expect(items.map(({ id, login }) => (order.includes(id) ? id : login))).toEqual([...order, ...logins]);
    const sizes = asked().map(({ query }) => [query.getAll('id').length, query.getAll('login').length]);
    expect(sizes).toEqual([
      [100, 0],
      [30, 70],
      [0, 5],
    ]);
  });

  it('TW-5 whoever is named twice is asked for once and given once, in upper or lower case, by id and by login', async () => {
    const { client, controls, asked } = await hostTwitch();
    const { id } = controls.user('ada');
    const { items } = await client().users({ ids: [id, id], logins: ['Mira', 'ADA', 'mira'] });
    expect(asked()[0]?.query.getAll('login')).toEqual(['mira', 'ada']);
    expect(asked()[0]?.query.getAll('id')).toEqual([id]);
    expect(items.map(({ login }) => login)).toEqual(['ada', 'mira']);
  });

  it('TW-5 gives any list in its order, each user once, whatever the server does with it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(40), { minLength: 1, maxLength: 260 }), fc.nat(), async (wanted, turn) => {
        const ids = wanted.map((n) => `${n % 3 ? n : n + 100 * (wanted.length % 7)}`);
        const { client, asked } = await hostTwitch({}, ({ query }) => {
          const found = query.getAll('id').filter((id) => Number(id) % 5);
          const at = turn % (found.length || 1);
          const data = [...found.slice(at), ...found.slice(0, at)].map((id) => ({
            id,
            login: `l${id}`,
            display_name: id,
          }));
          return json({ data });
        });
        const { items } = await client({ limiter: false }).users({ ids });
        expect(items.map(({ id }) => id)).toEqual([...new Set(ids)].filter((id) => Number(id) % 5));
        expect(asked()).toHaveLength(Math.ceil(new Set(ids).size / 100));
      }),
      { numRuns: 15 },
    );
  });

  it('TW-30 who does not exist is absent, and that is no failure', async () => {
    const { client } = await hostTwitch();
    const { items } = await client().users({ ids: ['1'], logins: ['nobody', 'mira'] });
    expect(items.map(({ login }) => login)).toEqual(['mira']);
    expect(await client().users({ logins: ['nobody'] })).toEqual({ items: [] });
  });

  it.each([
    ['nothing', undefined, 'say whom'],
    ['two empty lists', { ids: [], logins: [] }, 'say whom'],
    ['an id that is a number', { ids: [7] }, 'ids[0] is no text'],
    ['an empty login', { logins: ['mira', ''] }, 'logins[1] is missing'],
    ['no list', { ids: '7' }, 'ids is no list'],
    ["the wire's words", { id: ['7'] }, 'write "ids", not "id"'],
    ["the wire's words beside ours", { ids: ['7'], login: ['mira'] }, 'write "logins", not "login"'],
  ])('TW-5 TW-24 %s is VALIDATION before anything is sent', async (_what, input, words) => {
    const { client, server } = await hostTwitch();
    const twitch = client();
    for (const call of [twitch.users(input as never), twitch.users.all(input as never).next()]) {
      const error = await failure(call);
      expect(error).toMatchObject({ code: 'VALIDATION', sent: 'no', endpoint: 'users' });
      expect(error.message).toContain(words);
    }
    expect(server.arrivals).toHaveLength(0);
  });

  it('TW-17 TW-28 keeps answers for five minutes, by token and sorted query', async () => {
    const clock = testClock();
    const { client, controls, asked } = await hostTwitch({ clock });
    const [one, other] = [client(), client()];
    const [ada, mira] = [controls.user('ada').id, controls.user('mira').id];
    await one.users({ ids: [ada, mira] });
    const { data, meta } = await one.users.withMeta({ ids: [mira, ada] });
    expect(data.items.map(({ id }) => id)).toEqual([mira, ada]);
    expect(meta).toMatchObject({ cache: 'HIT', status: 200 });
    expect(asked()).toHaveLength(1);
    await other.users({ ids: [ada, mira] });
    expect(asked()).toHaveLength(2);
    await clock.advance(minutes(5));
    expect((await one.users.withMeta({ ids: [ada, mira] })).meta.cache).toBe('MISS');
    expect(asked()).toHaveLength(3);
  });

  it('TW-28 what one token may see is never given to another, though they share a cache; the key tells nobody the token', async () => {
    const { client, controls } = await hostTwitch();
    const keys: string[] = [];
    const map = new Map<string, unknown>();
    const cache = {
      get: (key: string) => map.get(key),
      set: (key: string, value: unknown) => {
        keys.push(key);
        map.set(key, value);
      },
      delete: (key: string) => map.delete(key),
    };
    const { id } = controls.user('mira');
    const token = controls.issue({ login: 'mira', scopes: ['user:read:email'] }).accessToken;
    const owner = await client({ token, cache }).users({ ids: [id] });
    expect(owner.items[0]?.email).toBe('mira@mail.example');
    const other = controls.issue({ login: 'ada' }).accessToken;
    expect((await client({ token: other, cache }).users({ ids: [id] })).items[0]).not.toHaveProperty('email');
    expect(keys).toHaveLength(2);
    expect(keys.join()).not.toContain('not-a-secret');
    expect(JSON.stringify([...map])).not.toContain(token);
  });

  it('TW-20 withMeta sums what several requests took, and is a hit only where all are', async () => {
    const { client, controls } = await hostTwitch();
    const ids = names(150).map((login) => controls.state.addUser(login).id);
    const twitch = client();
    const first = await twitch.users.withMeta({ ids: ids.slice(0, 100) });
    expect(first.meta).toMatchObject({ attempts: 1, cache: 'MISS' });
    expect((await twitch.users.withMeta({ ids })).meta).toMatchObject({ attempts: 1, cache: 'MISS', status: 200 });
    expect((await twitch.users.withMeta({ ids })).meta).toMatchObject({ attempts: 0, cache: 'HIT' });
  });

  it('TW-9 all asks only as far as somebody reads, and gives each user once', async () => {
    const { client, controls, asked } = await hostTwitch();
    const ids = names(250).map((login) => controls.state.addUser(login).id);
    const seen: string[] = [];
    for await (const { id } of client().users.all({ ids, logins: ['fan3'] }, { max: 120 })) seen.push(id);
    expect(seen).toEqual(ids.slice(0, 120));
    expect(asked()).toHaveLength(2);
    let count = 0;
    for await (const _ of client().users.all({ ids, logins: ['fan3'] })) count += 1;
    expect(count).toBe(250);
  });

  it('one request that fails ends the call and those of it that still wait', async () => {
    const clock = testClock();
    const { client, asked } = await hostTwitch({ clock }, ({ query }) =>
      query.getAll('id').includes('150') ? json({ error: 'Bad Request', status: 400, message: 'no' }, 400) : undefined,
    );
    const ids = Array.from({ length: 4000 }, (_, index) => `${index}`);
    const error = await failure(client().users({ ids }));
    expect(error).toMatchObject({ code: 'VALIDATION', status: 400 });
    await settle(30);
    const sent = asked().length;
    expect(sent).toBeLessThanOrEqual(20);
    await clock.advance(seconds(10));
    expect(asked()).toHaveLength(sent);
  });

  it("ends at once with the caller's signal and leaves no listener on it", async () => {
    const { client, server } = await hostTwitch({}, () => 'silence');
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const call = failure(client().users({ ids: ['1'] }, { signal: controller.signal }));
    await server.arrived(1);
    controller.abort(reason);
    expect(await call).toMatchObject({ code: 'ABORTED' });
    expect((await call).cause).toBe(reason);
    await settle();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('TW-29 works with an app token', async () => {
    const { client, controls } = await hostTwitch();
    const auth = appToken({ clientSecret: controls.clientSecret });
    expect((await client({ auth }).users({ logins: ['mira'] })).items).toHaveLength(1);
  });
});
