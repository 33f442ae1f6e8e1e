import { describe, expect, it } from 'vitest';
import { TipstreamError } from '../../src/core/errors.ts';
import { merge } from '../../src/stream/merge.ts';
import { filter, map } from '../../src/stream/operators.ts';
import { settle } from '../support/clock.ts';
import { byHand, heard, numbers } from '../support/stream.ts';

const refused = (platform: string) =>
  new TipstreamError({ code: 'AUTH', platform, message: `${platform}: the token was refused` });

describe('merge', () => {
  it('delivery-1 gives the events of all in the order of arrival, each taken at its own source', async () => {
    const a = numbers();
    const b = numbers();
    const hands = byHand(merge(a.stream, b.stream));
    await a.send(1);
    await b.send(2);
    await a.send(3);
    expect(a.answers.size + b.answers.size).toBe(0);
    for (let n = 0; n < 3; n += 1) await hands.take();
    expect(hands.offered).toEqual([1, 2, 3]);
    expect([[...a.answers.keys()], [...b.answers.keys()]]).toEqual([[1, 3], [2]]);
  });

  it('delivery-6 goes on when one source dies, and says which', async () => {
    const a = numbers({ platform: 'a', channel: 'stage' });
    const b = numbers({ platform: 'b' });
    const all = merge(a.stream, b.stream);
    const statuses = heard(all, 'status');
    const errors = heard(all, 'error');
    const ends = heard(all, 'end');
    const seen: number[] = [];
    all.subscribe((n) => void seen.push(n));
    a.fail(refused('a'));
    expect(statuses).toMatchObject([
      { platform: 'a', channel: 'stage', state: 'ended', reason: 'a: the token was refused' },
    ]);
    expect(errors).toMatchObject([{ platform: 'a', fatal: true }]);
    await b.send(1);
    expect(seen).toEqual([1]);
    expect(ends).toEqual([]);
    b.end();
    expect(ends).toEqual([undefined]);
  });

  it('ends in an error only when all did', async () => {
    const sources = [numbers({ platform: 'a' }), numbers({ platform: 'b' })];
    const all = merge(sources.map(({ stream }) => stream));
    const loop = all.iterate();
    const next = loop.next();
    for (const source of sources) source.fail(refused('either'));
    await expect(next).rejects.toMatchObject({ code: 'AUTH' });
    // Watched again, it asks again.
    const seen: number[] = [];
    all.subscribe((n) => void seen.push(n));
    await sources[0]?.send(1);
    expect(seen).toEqual([1]);
  });

  it('onSourceEnd: `end` ends with the first; a function is told which, and may throw', async () => {
    const a = numbers();
    const b = numbers();
    const strict = heard(merge([a.stream, b.stream], { onSourceEnd: 'end' }), 'end');
    const ending = merge([a.stream, b.stream], { onSourceEnd: 'end' });
    const ends = heard(ending, 'end');
    ending.subscribe(() => {});
    const told: unknown[] = [];
    const asked = merge([a.stream, b.stream], {
      onSourceEnd(stream, error) {
        told.push([stream === a.stream, error?.code]);
        throw new Error('no');
      },
    });
    const errors = heard(asked, 'error');
    const seen: number[] = [];
    asked.subscribe((n) => void seen.push(n));
    a.fail(refused('a'));
    expect(ends).toMatchObject([{ code: 'AUTH' }]);
    expect(strict).toEqual([]);
    expect(told).toEqual([[true, 'AUTH']]);
    expect(errors).toMatchObject([{ code: 'AUTH' }, { code: 'CONSUMER', fatal: false }]);
    await b.send(1);
    expect(seen).toEqual([1]);
  });

  it('made of none waits for `add`; what is added is heard, watched and taken out again', async () => {
    const all = merge<number>();
    const ends = heard(all, 'end');
    const gaps = heard(all, 'gap');
    const hands = byHand(all);
    const a = numbers();
    const out = all.add(a.stream);
    await a.send(1, 2);
    a.gap({ reason: 'restart' });
    expect(hands.offered).toEqual([1]);
    expect(gaps).toHaveLength(1);
    out();
    out();
    expect(a.stream.stats().watchers).toBe(0);
    a.gap({ reason: 'restart' });
    expect(gaps).toHaveLength(1);
    // What it delivered before is still taken.
    await hands.take();
    await hands.take();
    expect([...a.answers.keys()]).toEqual([1, 2]);
    await a.send(3);
    expect(hands.offered).toEqual([1, 2]);
    expect(ends).toEqual([]);
  });

  it('ends when the last source that is left in it has ended, whichever was taken out', async () => {
    const [a, b, c] = [numbers(), numbers(), numbers()];
    const all = merge(a.stream, b.stream);
    const ends = heard(all, 'end');
    const out = all.add(c.stream);
    all.subscribe(() => {});
    a.end();
    out();
    expect(ends).toEqual([]);
    b.end();
    expect(ends).toEqual([undefined]);
    const other = merge(a.stream);
    const otherEnds = heard(other, 'end');
    const outAgain = other.add(c.stream);
    other.subscribe(() => {});
    a.end();
    expect(otherEnds).toEqual([]);
    outAgain();
    expect(otherEnds).toEqual([undefined]);
  });

  it('onSourceEnd is told which of those that were added it was', () => {
    const [a, b, c] = [numbers(), numbers(), numbers()];
    const told: unknown[] = [];
    const all = merge([a.stream], { onSourceEnd: (stream) => void told.push(stream) });
    all.add(b.stream);
    all.add(c.stream);
    all.subscribe(() => {});
    c.end();
    b.end();
    expect([told[0] === c.stream, told[1] === b.stream, told.length]).toEqual([true, true, 2]);
  });

  it('ends once, whatever is taken out of it afterwards', async () => {
    const [a, b] = [numbers(), numbers()];
    const all = merge(a.stream);
    const ends = heard(all, 'end');
    const out = all.add(b.stream);
    all.subscribe(() => {});
    b.end();
    a.end();
    expect(ends).toEqual([undefined]);
    out();
    expect(ends).toEqual([undefined]);
  });

  it('is ready when its sources are, and one dead source does not keep it from that', async () => {
    const [a, b] = [numbers(), numbers()];
    const ready = merge(a.stream, b.stream).ready();
    a.fail(refused('a'));
    await b.send(1);
    await ready;
    const none = merge(a.stream).ready();
    a.fail(refused('a'));
    await expect(none).rejects.toMatchObject({ code: 'AUTH' });
  });

  it('counts for all', async () => {
    const [a, b] = [numbers(), numbers()];
    const all = merge(a.stream, b.stream);
    byHand(all);
    await a.send(1, 2);
    await b.clock.advance(1);
    await b.send(3);
    b.gap({ reason: 'restart' });
    a.fail(new TipstreamError({ code: 'NETWORK', message: 'a cable' }));
    b.fail(new TipstreamError({ code: 'NETWORK', message: 'a cable' }));
    expect(all.stats()).toEqual({
      eventsProcessed: 3,
      duplicates: 0,
      invalid: 0,
      polls: 0,
      errors: { NETWORK: 2 },
      gaps: 1,
      untaken: 3,
      watchers: 1,
      lastEventAt: b.clock.now(),
      lastSuccessAt: b.clock.now(),
    });
  });

  it('delivery-1 a source that is added late gives first what earlier watchers left of it', async () => {
    const a = numbers();
    await a.send(1, 2);
    const all = merge<number>();
    const seen: number[] = [];
    all.subscribe((n) => void seen.push(n));
    all.add(a.stream);
    await settle();
    expect(seen).toEqual([1, 2]);
  });

  it('delivery-1 two ways to one source: what waits there, or was left, goes both ways, and nothing is lost between them', async () => {
    const source = numbers();
    const odd = filter(source.stream, (n) => n % 2 === 1);
    const both = merge(
      filter(source.stream, (n) => n % 2 === 0),
      map(odd, (n) => n),
    );
    await source.send(1, 2, 3);
    const first: number[] = [];
    const stop = both.subscribe((n) => void first.push(n));
    await settle();
    stop();
    const loop = both.iterate();
    await source.send(4, 5);
    await loop.next();
    await loop.return?.();
    const again: number[] = [];
    both.subscribe((n) => void again.push(n));
    await settle();
    expect([first, again, source.stream.stats().untaken]).toEqual([[1, 2, 3], [4, 5], 0]);
  });

  it('delivery-1 two ways to one source: whoever comes for what was refused gets it on its way, beside neighbours of both', async () => {
    const source = numbers();
    const ways = () =>
      merge(
        filter(source.stream, (n) => n % 2 === 0),
        filter(source.stream, (n) => n % 2 === 1),
      );
    const neighbour: number[] = [];
    source.stream.subscribe((n) => void neighbour.push(n));
    const shared = ways();
    shared.subscribe((n) => void neighbour.push(10 * n));
    const failing = byHand(shared, { onFailure: 'stop' });
    await source.send(1, 2);
    await failing.fail();
    const got: number[] = [];
    ways().subscribe((n) => void got.push(n));
    await settle();
    expect(got).toEqual([1, 2]);
    expect(neighbour).toEqual([1, 10, 2, 20]);
    expect(source.stream.stats().untaken).toBe(0);
  });
});
