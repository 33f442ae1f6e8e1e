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
 * How a group stands: how many tips a hard limit took from it since it was made, of how many that was said, how many are not acknowledged, how
 * many were given to nobody (-1: the server does not know), what was given out last; where there
 * is no group, the first two. `KEYS`: facts, stream. `ARGV`: group.
 */
export const lookScript = createScript(`
local lost = redis.call('HMGET', KEYS[1], 'lost:' .. ARGV[1], 'told:' .. ARGV[1])
local groups = redis.pcall('XINFO', 'GROUPS', KEYS[2])
for g = 1, groups.err and 0 or #groups do
  local of = {}
  for f = 1, #groups[g], 2 do of[groups[g][f]] = groups[g][f + 1] end
  if of.name == ARGV[1] then return { lost[1] or 0, lost[2] or 0, of.pending, of.lag or -1, of['last-delivered-id'] } end
end
return { lost[1] or 0, lost[2] or 0 }
`);

/** Of so many lost tips it was said. A question and an answer, so that no loss is forgotten with an answer. `KEYS`: facts. `ARGV`: group, how many. */
export const toldScript = createScript(`
if tonumber(ARGV[2]) > tonumber(redis.call('HGET', KEYS[1], 'told:' .. ARGV[1]) or 0) then redis.call('HSET', KEYS[1], 'told:' .. ARGV[1], ARGV[2]) end
return 1
`);

/**
 * Makes a group, unless it is there. A script, because ioredis 5 knows no prefix for it. `KEYS`: stream. `ARGV`: group, where it begins. That may be
 * an entry that was given out before the group was lost; where the stream does not reach so far it was lost too, and everything in it is new.
 */
export const groupScript = createScript(`
local function numbers(id)
  local ms, seq = id:match('^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local from = ARGV[2]
local ms, seq = numbers(from)
if ms then
  local info, last = redis.pcall('XINFO', 'STREAM', KEYS[1]), '0-0'
  for f = 1, info.err and 0 or #info, 2 do if info[f] == 'last-generated-id' then last = info[f + 1] end end
  local lastMs, lastSeq = numbers(last)
  if lastMs < ms or (lastMs == ms and lastSeq < seq) then from = '0' end
end
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], from, 'MKSTREAM')
if made.err and made.err:sub(1, 9) ~= 'BUSYGROUP' then return redis.error_reply(made.err) end
local groups = redis.call('XINFO', 'GROUPS', KEYS[1])
for g = 1, #groups do
  local of = {}
  for f = 1, #groups[g], 2 do of[groups[g][f]] = groups[g][f + 1] end
  if of.name == ARGV[1] then return of['last-delivered-id'] end
end
`);

/** Removes the name of a consumer that holds nothing. `KEYS`: stream. `ARGV`: group, consumer. Answers how many. */
export const leaveScript = createScript(`
if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1
`);

/**
 * Removes the names of a group that hold nothing and of which nothing was heard for so many milliseconds. One that lives after all is there again when
 * it reads. `KEYS`: stream. `ARGV`: group, milliseconds. Answers how many.
 */
export const forgetScript = createScript(`
local forgotten = 0
local consumers = redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
for c = 1, #consumers do
  local of = {}
  for f = 1, #consumers[c], 2 do of[consumers[c][f]] = consumers[c][f + 1] end
  if of.pending == 0 and of.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], of.name)
    forgotten = forgotten + 1
  end
end
return forgotten
`);

/** What a relay holds, at one moment. `KEYS`: stream, young, old, facts. */
export const statsScript = createScript(`
local groups = redis.call('EXISTS', KEYS[1]) == 1 and redis.call('XINFO', 'GROUPS', KEYS[1]) or {}
return { redis.call('XLEN', KEYS[1]), redis.call('SCARD', KEYS[2]) + redis.call('SCARD', KEYS[3]), groups, redis.call('HGETALL', KEYS[4]) }
`);
