import { expect, it } from 'vitest';
import { connect } from '../../src/core/client.ts';
import { json, type Route, startServer } from '../support/server.ts';
import { demo } from './fixture.ts';

const full = (): never => {
  throw new Error('the disk is full');
};
const fullLater = async (): Promise<void> => full();
const outdated: Route = () => json({ paid: true }, 200, { deprecation: 'true' });

it.each([
  ['at once', full],
  ['later', fullLater],
])('core-16 a logger that throws %s fails no call: what was paid is told as paid', async (_, warn) => {
  const { url, arrivals } = await startServer(outdated);
  const client = connect(demo, { baseUrl: url, logger: { warn } });
  expect(await client.wallet.send({ toUserId: 'u' })).toEqual({ paid: true });
  expect(arrivals).toHaveLength(1);
});

it('core-16 a logger that throws keeps no call from being tried again', async () => {
  const { url, arrivals } = await startServer(({ nth }) => (nth === 1 ? 'reset' : json(1)));
  const client = connect(demo, { baseUrl: url, random: () => 0, logger: { info: full } });
  expect(await client.plain()).toBe(1);
  expect(arrivals).toHaveLength(2);
});

it('core-16 what listens and fails later, a logger or telemetry that writes somewhere, ends no process', async () => {
  const unhandled: unknown[] = [];
  const hear = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', hear);
  const { url } = await startServer(outdated);
  const logger = { debug: fullLater, warn: fullLater };
  const client = connect(demo, { baseUrl: url, logger, telemetry: fullLater });
  client.on('response', fullLater);
  await client.wallet.send({ toUserId: 'u' });
  await client.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', hear);
  expect(unhandled).toEqual([]);
});
