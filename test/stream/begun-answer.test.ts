import { expect, it } from 'vitest';
import { seconds } from '../../src/core/time.ts';
import type { StreamGap } from '../../src/stream/event-stream.ts';
import { toStream } from '../../src/stream/stream.ts';
import { settle } from '../support/clock.ts';
import { polled, until } from '../support/polled.ts';
import { json, type Route } from '../support/server.ts';

/** A draining upstream whose first answer is `first`; what its watchers hear of it. */
async function watched(first: Route) {
  const room = await polled((arrival, response) =>
    arrival.nth === 1 ? first(arrival, response) : json({ events: [] }),
  );
  const gaps: StreamGap[] = [];
  const codes: string[] = [];
  room.source.on('gap', (gap) => gaps.push(gap));
  room.source.on('error', ({ code, status }) => codes.push(`${code} ${status}`));
  toStream(room.source).subscribe(() => {});
  await room.server.arrived(1);
  return { ...room, gaps, codes };
}

it('delivery-2 an answer of a draining source that begins, and then freezes, is a gap once it is given up', async () => {
  const { clock, gaps, codes } = await watched((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
    response.write('{"events":[{"n":1}');
    return undefined;
  });
  const began = clock.now();
  await settle(50);
  expect(gaps).toEqual([]);
  await clock.advance(seconds(10));
  await until(() => codes.length === 1);
  expect(codes).toEqual(['TIMEOUT 200']);
  expect(gaps).toMatchObject([{ reason: 'truncated', from: began }]);
});

it('delivery-2 a refusal that begins, and then freezes, is none: nothing was handed out', async () => {
  const { clock, gaps, codes } = await watched((_, response) => {
    response.writeHead(503, { 'content-length': 100 });
    response.write('<html>');
    return undefined;
  });
  await settle(50);
  await clock.advance(seconds(10));
  await until(() => codes.length === 1);
  expect(codes).toEqual(['TIMEOUT 503']);
  expect(gaps).toEqual([]);
});

it('delivery-2 an answer of a draining source that is too large to be read is a gap', async () => {
  const { gaps, codes } = await watched((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"events":[{"n":1}]}');
    for (let part = 0; part < 11; part += 1) response.write(Buffer.alloc(2 ** 20, ' '));
    response.end();
    return undefined;
  });
  await until(() => codes.length === 1);
  expect(codes).toEqual(['SCHEMA 200']);
  expect(gaps).toMatchObject([{ reason: 'truncated' }]);
});

it('delivery-2 a question to a draining source that nobody answers is a gap, as its answer may be lost on its way', async () => {
  const silent = await watched(() => 'silence');
  await settle(50);
  await silent.clock.advance(seconds(10));
  await until(() => silent.codes.length === 1);
  const reset = await watched(() => 'reset');
  await until(() => reset.codes.length === 1);
  expect([...silent.codes, ...reset.codes]).toEqual(['TIMEOUT undefined', 'NETWORK undefined']);
  expect([...silent.gaps, ...reset.gaps]).toMatchObject([{ reason: 'truncated' }, { reason: 'truncated' }]);
});

it('delivery-2 a question that cannot have left is none', async () => {
  const { server, clock, gaps, codes } = await watched(() => json({ events: [] }));
  await until(() => clock.pending > 0);
  await server.close();
  await clock.advance(seconds(5));
  await until(() => codes.length === 1);
  expect(codes).toEqual(['NETWORK undefined']);
  expect(gaps).toEqual([]);
});
