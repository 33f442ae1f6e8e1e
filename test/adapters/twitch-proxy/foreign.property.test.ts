import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJournal } from '../../../src/adapters/twitch-proxy/journal.ts';
import { createMemory } from '../../../src/adapters/twitch-proxy/memory.ts';
import { readQuestion, routes } from '../../../src/adapters/twitch-proxy/routes.ts';
import { acceptsGzip, tokenOf } from '../../../src/adapters/twitch-proxy/visit.ts';

const name = fc.oneof(
  fc.constantFrom('id', 'login', 'broadcaster_id', 'moderator_id', 'user_id', 'first', 'after'),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const value = fc.oneof(fc.nat(1200).map(String), fc.string({ unit: 'binary', maxLength: 12 }), fc.constant(''));
const pairs = fc.array(fc.tuple(name, value), { maxLength: 8 });
const route = fc.constantFrom(...routes);
const written = (query: readonly (readonly [string, string])[]): string =>
  String(new URLSearchParams(query.map(([key, one]) => [key, one])));

describe('a query', () => {
  it('is a question with known names only, or a sentence; and the question asks itself', () => {
    fc.assert(
      fc.property(route, pairs, (one, query) => {
        const said = readQuestion(one, written(query));
        if (typeof said === 'string') return void expect(said).not.toBe('');
        expect(said.filter(([key]) => !one.names.includes(key))).toEqual([]);
        expect(readQuestion(one, written(said))).toEqual(said);
      }),
    );
  });

  it('of any bytes breaks nothing', () => {
    fc.assert(fc.property(route, fc.string({ unit: 'binary' }), (one, query) => void readQuestion(one, query)));
  });

  it('in another order is the same question', () => {
    const [users] = routes;
    const asked = fc.array(fc.tuple(fc.constantFrom('id', 'login'), fc.stringMatching(/^\w{1,6}$/)), {
      minLength: 1,
      maxLength: 20,
    });
    const shuffled = asked.chain((query) =>
      fc.tuple(fc.constant(query), fc.shuffledSubarray(query, { minLength: query.length })),
    );
    fc.assert(
      fc.property(shuffled, ([query, other]) => {
        expect(users && readQuestion(users, written(query))).toEqual(users && readQuestion(users, written(other)));
      }),
    );
  });
});

describe('a header', () => {
  it('gives a token of harmless characters, or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const header of [text, `Bearer ${text}`, `bearer ${text.replace(/[^\w-]/g, '')}`])
          expect(tokenOf(header) ?? 'none').toMatch(/^[\w.~+/-]+=*$/);
      }),
    );
    expect(tokenOf('Bearer abc')).toBe('abc');
  });

  it('asks for gzip only where its weight is above 0', () => {
    fc.assert(
      fc.property(fc.constantFrom('gzip', '*', 'GZIP'), fc.float({ min: 0, max: 1, noNaN: true }), (coding, weight) => {
        const q = weight.toFixed(3);
        expect(acceptsGzip(`br;q=1, ${coding};q=${q}, deflate`)).toBe(Number(q) > 0);
      }),
    );
  });
});

describe('the memory', () => {
  it('gives what was set last under a key and is not over, or nothing; and is never larger than it may be', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      size: fc.nat(400),
      life: fc.nat(20),
      wait: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const memory = createMemory<{ until: number; n: number }>(2000);
        const last = new Map<string, { until: number; n: number; size: number }>();
        let now = 0;
        for (const [n, { key, size, life, wait }] of steps.entries()) {
          memory.set(key, { until: now + life, n }, size);
          last.set(key, { until: now + life, n, size });
          now += wait;
          for (const [one, kept] of last) {
            const found = memory.get(one, now);
            if (found) expect([found.n, now < kept.until]).toEqual([kept.n, true]);
          }
          expect(memory.size()).toBeLessThanOrEqual(2000 / 200);
        }
        memory.purge(Number.POSITIVE_INFINITY);
        expect(memory.size()).toBe(0);
      }),
    );
  });
});

describe('the journal', () => {
  it('writes lines together; what nobody reads is dropped, and how much that was is said', async () => {
    const written: string[] = [];
    const out = {
      writableLength: 0,
      write(text: string) {
        written.push(text);
        return true;
      },
    };
    const journal = createJournal(out as never);
    journal.line('a');
    journal.line('b');
    expect(written).toEqual([]);
    while (!written.length) await new Promise(setImmediate);
    expect(written).toEqual(['a\nb\n']);
    out.writableLength = 2 ** 23;
    journal.line('c');
    journal.line('d');
    journal.flush();
    expect(written).toHaveLength(1);
    out.writableLength = 0;
    journal.line('e');
    journal.flush();
    expect(written[1]).toBe('(2 lines were lost: nobody read them)\ne\n');
  });
});
