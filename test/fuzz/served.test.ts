import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTipstreamError } from '../../src/core/errors.ts';
import { createSource, fromUrl, type TipEvent, testTip, toResponse } from '../../src/index.ts';
import { check } from '../../src/stream/serve-address.ts';
import { createSseReader } from '../../src/stream/serve-sse.ts';
import { isUniformTip } from '../../src/stream/validate.ts';
import { testClock } from '../support/clock.ts';
import { body, isPlain, orOurs, text, tries } from './setting.ts';

const fields = [
  'platform',
  'amount',
  'tipper',
  'message',
  'timestamp',
  'id',
  'unit',
  'anonymous',
  'from',
  'count',
  'reason',
];
const line = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('data: ', 'data:', 'event: ', 'id: ', 'retry: ', ': ', 'odd: ', ''),
      fc.oneof(body(fields), text()),
    )
    .map((parts) => parts.join('')),
  fc.constantFrom(
    '',
    '',
    'event: gap',
    'event: message',
    'retry: 0',
    `data: ${JSON.stringify(testTip({ id: 'a:-:1' }))}`,
    'data: {"from":1e999}',
  ),
);
const page = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r', '\n\n')), { maxLength: 12 })
  .map((parts) => parts.flat().join(''));

/** A text in pieces of any size. */
const cut = (whole: string, sizes: readonly number[]): string[] => {
  const pieces: string[] = [];
  let at = 0;
  for (let nth = 0; at < whole.length; nth += 1) {
    const size = Math.max(1, sizes[nth % Math.max(1, sizes.length)] ?? 1);
    pieces.push(whole.slice(at, at + size));
    at += size;
  }
  return pieces;
};

describe('a stream of tips from any server', () => {
  it('says the same in pieces of any size as in one', () => {
    fc.assert(
      fc.property(page, fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 5 }), (whole, sizes) => {
        const read = (pieces: readonly string[]): unknown[] => {
          const said: unknown[] = [];
          const feed = createSseReader({
            message: (message) => void said.push(message),
            id: (id) => void said.push(id),
            retry: (ms) => void said.push(ms),
          });
          try {
            for (const piece of pieces) feed(piece);
            feed('\n\n');
          } catch (error) {
            expect(isTipstreamError(error, 'UPSTREAM')).toBe(true);
          }
          return said;
        };
        expect(read(cut(whole, sizes))).toEqual(read([whole]));
      }),
      tries(500),
    );
  });

  it('gives good tips, gaps and reports, comes back after any wait, and is over when it is left', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(page, fc.constantFrom(200, 200, 200, 503, 500, 204), text()), { minLength: 1, maxLength: 4 }),
        async (answers) => {
          const clock = testClock();
          let asked = 0;
          const tips = fromUrl('https://tips.example/tips', {
            clock,
            random: () => 0.5,
            fetch: async (request) => {
              const [content = '', status = 204, wait = ''] = answers[asked] ?? [];
              asked += 1;
              expect((request.headers.get('last-event-id') ?? '').length).toBeLessThan(10_000);
              const headers = new Headers({ 'content-type': 'text/event-stream' });
              try {
                headers.set('retry-after', wait);
              } catch {
                // No server can send it.
              }
              return new Response(status === 204 ? null : content, { status, headers });
            },
          });
          const seen: TipEvent[] = [];
          let ended = false;
          tips.on('end', () => {
            ended = true;
          });
          tips.on('gap', (gap) =>
            expect(isPlain(gap) && !Object.values(gap).includes(Number.POSITIVE_INFINITY)).toBe(true),
          );
          tips.subscribe((tip) => void seen.push(tip));
          // A day and an hour: whatever a server asked for is over.
          for (let turn = 0; turn < 120 && !ended; turn += 1) await clock.advance(750_000);
          expect(ended).toBe(true);
          for (const tip of seen) expect(isUniformTip(tip)).toBe(true);
          await tips.close();
          expect(clock.pending).toBe(0);
        },
      ),
      tries(40),
    );
  });

  it('an answer of any status and type is a stream, or an error with a wait that ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), text(), text(), (status, type, wait) => {
        const headers = new Headers();
        for (const [name, said] of [
          ['content-type', type],
          ['retry-after', wait],
        ] as const)
          try {
            headers.set(name, said);
          } catch {
            // No server can send it.
          }
        const empty = [204, 205, 304].includes(status);
        try {
          check(
            new Response(empty ? null : '', { status, headers }),
            new URL('https://tips.example/tips?key=not-a-secret'),
          );
          expect(status).toBe(200);
        } catch (error) {
          expect(isTipstreamError(error)).toBe(true);
          expect(String(error)).not.toContain('not-a-secret');
          const { retryAfterMs = 0 } = error as { retryAfterMs?: number };
          expect(retryAfterMs >= 0 && retryAfterMs < 86_400_001).toBe(true);
        }
      }),
      tries(500),
    );
  });

  it('any place that a page presents is a place of the stream, or a restart', async () => {
    const { stream, push } = createSource<TipEvent>({ platform: 'a' });
    const open = (id: string): Response =>
      toResponse(stream, {
        format: 'sse',
        request: new Request(`https://tips.example/?lastEventId=${encodeURIComponent(id)}`),
      });
    const first = open('x').body?.getReader();
    const hello = new TextDecoder().decode((await first?.read())?.value);
    const era = /id: (~\w+:)/.exec(hello)?.[1] ?? '';
    expect(era).not.toBe('');
    for (let nth = 0; nth < 5; nth += 1) void push(testTip({ id: `a:-:${nth}` }));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          text(),
          fc.oneof(fc.double(), fc.integer({ min: -5, max: 9 }), text()).map((place) => era + String(place)),
        ),
        async (id) => {
          const answer = await orOurs(() => open(id.toWellFormed()));
          const reader = answer?.body?.getReader();
          const said = new TextDecoder().decode((await reader?.read())?.value);
          await reader?.cancel();
          // Every line is one of the format, whatever was presented.
          for (const each of said.split('\n')) expect(each).toMatch(/^(:|id: .*|event: gap|data: .*|)$/);
          expect(/id: ~\w+:(\d+)\n/.test(said) || said.includes('id: a:-:')).toBe(true);
        },
      ),
      tries(200),
    );
    await first?.cancel();
    await stream.close();
  });
});
