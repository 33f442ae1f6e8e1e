import { createScript } from './client.ts';

/**
 * Tells the server that this consumer still works on what it holds, so that nobody takes it for dead. What another one has claimed
 * meanwhile stays with that one. `KEYS`: stream. `ARGV`: group, consumer, ids.
 */
export const holdScript = createScript(`
local kept = 0
for i = 3, #ARGV do
  local mine = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2])
  if #mine > 0 then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
    kept = kept + 1
  end
end
return kept
`);

/**
 * How a group stands: how many tips a hard limit took from it since somebody asked, how many are not acknowledged, how many were given
 * to nobody (-1: the server does not know). `KEYS`: facts, stream. `ARGV`: field, group.
 */
export const lookScript = createScript(`
local lost = redis.call('HGET', KEYS[1], ARGV[1])
if lost then redis.call('HDEL', KEYS[1], ARGV[1]) end
local groups = redis.call('XINFO', 'GROUPS', KEYS[2])
for g = 1, #groups do
  local of = {}
  for f = 1, #groups[g], 2 do of[groups[g][f]] = groups[g][f + 1] end
  if of.name == ARGV[2] then return { tonumber(lost or 0), of.pending, of.lag or -1 } end
end
return { tonumber(lost or 0), 0, -1 }
`);

/** Makes a group, unless it is there. A script, because ioredis 5 knows no prefix for it. `KEYS`: stream. `ARGV`: group, where it begins. */
export const groupScript = createScript(`
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], ARGV[2], 'MKSTREAM')
if made.err and made.err:sub(1, 9) ~= 'BUSYGROUP' then return redis.error_reply(made.err) end
return 1
`);

/** What a relay holds, at one moment. `KEYS`: stream, young, old, facts. */
export const statsScript = createScript(`
local groups = redis.call('EXISTS', KEYS[1]) == 1 and redis.call('XINFO', 'GROUPS', KEYS[1]) or {}
return { redis.call('XLEN', KEYS[1]), redis.call('SCARD', KEYS[2]) + redis.call('SCARD', KEYS[3]), groups, redis.call('HGETALL', KEYS[4]) }
`);
