import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readerModules } from './readers.ts';

const root = join(import.meta.dirname, '../..');

/** Every module that reads what nobody has looked at, and the properties that try it with anything. */
const properties: Readonly<Record<string, string>> = {
  'src/adapters/fleet/channel.ts': 'test/adapters/fleet/channel.test.ts',
  'src/adapters/node/file-store.ts': 'test/fuzz/stores.test.ts',
  'src/adapters/twitch-proxy/failure.ts': 'test/fuzz/failures.test.ts',
  'src/adapters/twitch-proxy/routes.ts': 'test/fuzz/addresses.test.ts',
  'src/anilibria/endpoints.ts': 'test/fuzz/answers.test.ts',
  'src/anilibria/events.ts': 'test/fuzz/frames.test.ts',
  'src/anilibria/normalize.ts': 'test/fuzz/shapes.test.ts',
  'src/anilibria/problem.ts': 'test/fuzz/failures.test.ts',
  'src/anilibria/queries.ts': 'test/fuzz/shapes.test.ts',
  'src/anilibria/shapes.ts': 'test/fuzz/shapes.test.ts',
  'src/camsoda/normalize.ts': 'test/fuzz/platforms.ts',
  'src/chaturbate/normalize.ts': 'test/fuzz/platforms.ts',
  'src/core/anonymous.ts': 'test/fuzz/failures.test.ts',
  'src/core/bare-error.ts': 'test/fuzz/headers.test.ts',
  'src/core/deprecation.ts': 'test/fuzz/headers.test.ts',
  'src/core/network.ts': 'test/fuzz/headers.test.ts',
  'src/core/problem.ts': 'test/fuzz/failures.test.ts',
  'src/core/rate-fields.ts': 'test/fuzz/headers.test.ts',
  'src/core/rate-limit.ts': 'test/fuzz/headers.test.ts',
  'src/core/redact.ts': 'test/fuzz/failures.test.ts',
  'src/core/request.ts': 'test/fuzz/addresses.test.ts',
  'src/core/timestamp.ts': 'test/fuzz/headers.test.ts',
  'src/stream/mask-giver.ts': 'test/fuzz/events.test.ts',
  'src/stream/saved.ts': 'test/fuzz/stores.test.ts',
  'src/stream/serve-address.ts': 'test/fuzz/served.test.ts',
  'src/stream/tip-page.ts': 'test/fuzz/events.test.ts',
  'src/stream/unpack.ts': 'test/fuzz/addresses.test.ts',
  'src/stream/validate.ts': 'test/fuzz/events.test.ts',
  'src/stripchat/normalize.ts': 'test/fuzz/platforms.ts',
  'src/tiktok/avatars/profile-page.ts': 'test/fuzz/pictures.test.ts',
  'src/tiktok/gifts/frames.ts': 'test/fuzz/frames.test.ts',
  'src/tiktok/inputs.ts': 'test/fuzz/shapes.test.ts',
  'src/tiktok/normalize.ts': 'test/fuzz/platforms.ts',
  'src/tiktok/problem.ts': 'test/fuzz/failures.test.ts',
  'src/tiktok/username.ts': 'test/fuzz/pictures.test.ts',
  'src/tipping/inputs.ts': 'test/fuzz/shapes.test.ts',
  'src/tipping/join-info.ts': 'test/fuzz/shapes.test.ts',
  'src/tipping/normalize.ts': 'test/fuzz/platforms.ts',
  'src/tipping/tokens.ts': 'test/fuzz/tokens.test.ts',
  'src/twitch/anonymous.ts': 'test/fuzz/events.test.ts',
  'src/twitch/eventsub-calls.ts': 'test/fuzz/frames.test.ts',
  'src/twitch/eventsub-frame.ts': 'test/fuzz/frames.test.ts',
  'src/twitch/normalize.ts': 'test/fuzz/platforms.ts',
  'src/twitch/notification.ts': 'test/fuzz/events.test.ts',
  'src/twitch/problem.ts': 'test/fuzz/failures.test.ts',
  'src/twitch/proxy-problem.ts': 'test/fuzz/failures.test.ts',
};

/** Read through something else, which names them not; the property, and through what. */
const through: Readonly<Record<string, readonly [test: string, through: string]>> = {
  'src/adapters/fleet/report.ts': ['test/adapters/fleet/channel.test.ts', 'what a worker of the fleet tells of itself'],
  'src/adapters/fleet/roster.ts': ['test/adapters/fleet/channel.test.ts', 'what a worker of the fleet tells of itself'],
  'src/adapters/fleet/status.ts': ['test/adapters/fleet/channel.test.ts', 'what a worker of the fleet tells of itself'],
  'src/adapters/node/file-lock.ts': ['test/fuzz/stores.test.ts', 'fileStore'],
  'src/adapters/redis/client.ts': ['test/adapters/redis/store.test.ts', 'redisStore'],
  'src/adapters/redis/entry.ts': ['test/adapters/redis/store.test.ts', 'redisStore'],
  'src/adapters/redis/store.ts': ['test/adapters/redis/store.test.ts', 'redisStore'],
  'src/adapters/schemas/standard.ts': ['test/adapters/schemas/fixtures.test.ts', 'every schema'],
  'src/anilibria/current-api.ts': ['test/fuzz/shapes.test.ts', 'fromRelease, fromVersion3'],
  'src/core/plain-tokens.ts': ['test/fuzz/tokens.test.ts', 'createTwitchProxyClient'],
  'src/core/body.ts': ['test/fuzz/answers.test.ts', 'connection.send'],
  'src/core/reader.ts': ['test/fuzz/answers.test.ts', 'connection.send'],
  'src/core/reply.ts': ['test/fuzz/answers.test.ts', 'connection.send'],
  'src/stream/serve-page.ts': ['test/fuzz/served.test.ts', 'fromUrl'],
  'src/stream/tip-wire.ts': ['test/fuzz/events.test.ts', 'every readTip'],
  'src/tiktok/avatars/data-url.ts': ['test/fuzz/events.test.ts', 'decodeDataUrl'],
  'src/tipping/events.ts': ['test/fuzz/frames.test.ts', 'the socket of tipping'],
  'src/twitch/queries.ts': ['test/twitch/users.test.ts', 'the input of an app'],
};

/** They take anything because they hand it on, and read nothing of it. */
const handOn = [
  'src/anilibria/wants.ts',
  'src/core/errors.ts',
  'src/stream/derive.ts',
  'src/stream/readiness.ts',
  'src/stream/ring.ts',
  'src/stream/signals.ts',
  'src/stream/simulated.ts',
  'src/stream/stats.ts',
  'src/stream/subscribe.ts',
  'src/stream/ticket.ts',
  'src/stream/worth.ts',
  'src/twitch/eventsub-letters.ts',
];

const text = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('every reader of foreign data has a property', () => {
  const found = readerModules();
  const known = [...Object.keys(properties), ...Object.keys(through), ...handOn];

  it('and whoever adds one names it here', () => {
    expect(found.length).toBeGreaterThan(50);
    expect(found.filter((file) => !known.includes(file))).toEqual([]);
    expect(known.filter((file) => !found.includes(file))).toEqual([]);
    expect(new Set(known).size).toBe(known.length);
  });

  it.each(Object.entries(properties))('%s: %s', (file, test) => {
    expect(existsSync(join(root, test))).toBe(true);
    expect(text(test).includes(file.replace('src/', '/src/'))).toBe(true);
    if (test.endsWith('.test.ts')) expect(text(test)).toMatch(/fc\.(assert|property|asyncProperty)/);
  });

  it.each(Object.entries(through))('%s', (_, [test]) => {
    expect(text(test)).toMatch(/fc\.(assert|property|asyncProperty)/);
  });
});
