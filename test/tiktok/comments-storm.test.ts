import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { seededRandom } from '../../src/mock/random.ts';
import type { StreamGap } from '../../src/stream/event-stream.ts';
import { settle } from '../support/clock.ts';
import { until } from '../support/polled.ts';
import { room } from './room.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

const heartbeat = 30_000;

it('TT-24 TT-27 TT-28 10,000 comments through sockets that are lost at random: each once, or in a gap that was said, no longer than the outage and a heartbeat', async () => {
  const random = seededRandom('storm');
  const { clock, service, session, tiktok } = await room({ random, heartbeat });
  const comments = tiktok.comments(session);
  const sentAt: number[] = [];
  const counts = new Uint8Array(10_000);
  const gaps: StreamGap[] = [];
  /** From when to when nobody could hear. */
  const outages: { from: number; to: number }[] = [];
  let state = '';
  comments.on('status', (status) => {
    state = status.state;
  });
  comments.on('gap', (gap) => gaps.push(gap));
  comments.subscribe(({ id }) => {
    const nth = Number(id.slice(1));
    counts[nth] = (counts[nth] ?? 0) + 1;
  });
  await comments.ready();

  const say = (): void => {
    sentAt.push(clock.now());
    service.comment(session, { id: `c${sentAt.length - 1}` });
    // A server that repeats itself.
    if (random() < 0.1) service.comment(session, { id: `c${Math.max(0, sentAt.length - 5)}` });
  };
  /** Time goes by, and with it the pongs of the service. */
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await settle(8);
  };
  let begun = 0;
  let drops = 0;
  while (sentAt.length < 10_000) {
    for (let burst = Math.floor(random() * 120); burst >= 0 && sentAt.length < 10_000; burst -= 1) say();
    await settle(8);
    await pass(random() * 5_000);
    if (sentAt.length > 3_000 && begun === 0) begun = heap();
    if (random() < 0.4) continue;
    const [peer] = service.peers(session);
    if (!peer) throw new Error('nobody listens');
    drops += 1;
    const from = clock.now();
    const how = random();
    if (how < 0.6) peer.drop();
    else if (how < 0.8) peer.close(1011);
    else peer.freeze();
    // The goodbye travels without taking time here.
    if (how < 0.8) await until(() => state !== 'live');
    // Who is frozen is listed until the client gives it up.
    const isBack = (): boolean => state === 'live' && service.peers(session).some((each) => each !== peer && each.open);
    for (let step = 0; !isBack(); step += 1) {
      if (step > 400) throw new Error('it never came back');
      say();
      await pass(500);
    }
    outages.push({ from, to: clock.now() });
    if (how >= 0.8) peer.drop();
  }
  await pass(1_000);
  await until(() => comments.stats().untaken === 0);

  expect(drops).toBeGreaterThan(50);
  const missing = [...counts.keys()].filter((nth) => counts[nth] === 0);
  expect(missing.length).toBeGreaterThan(0);
  expect(counts.filter((count) => count > 1)).toHaveLength(0);
  const inGap = (at: number): boolean => gaps.some(({ from = 0, to }) => from <= at && at <= to);
  expect(missing.filter((nth) => !inGap(sentAt[nth] ?? 0))).toEqual([]);
  expect(gaps).toHaveLength(outages.length);
  gaps.forEach(({ from = 0, to }, index) => {
    const outage = outages[index];
    expect(to - from).toBeLessThanOrEqual((outage?.to ?? 0) - (outage?.from ?? 0) + heartbeat);
  });
  expect(heap() - begun).toBeLessThan(4_000_000);
}, 60_000);
