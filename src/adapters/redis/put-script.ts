import { createScript } from './client.ts';

/** What became of a tip. `early`: what should stand before it is not there. */
export const outcomes = { early: -2, lost: -1, known: 0, written: 1 } as const;

/**
 * Writes tips whose ids are not remembered, each with its lease, in one step; then trims.
 *
 * `KEYS`: stream, young, old, facts, leases. `ARGV`: milliseconds that an id is remembered, length, age and hard limit (0 is none), number of
 * leases, their tokens; then of each job how many tips, the number of its lease (0 is none), the id that must be remembered before it (or
 * nothing), and id and JSON of each tip. Answers with the outcome of each tip.
 */
export const putScript = createScript(`
local stream, young, old, facts = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local remember, length, age, hard = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local leases = tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', facts, 'born', 'trimmed')
local born, trimmed = tonumber(known[1] or 0), tonumber(known[2] or 0)

-- Two generations: dropping the older as a whole costs nothing, and an id lives for one to two of their times.
-- A clock that was set back makes a generation longer, and none shorter.
if now < born then
  redis.call('HSET', facts, 'born', now)
elseif now - born >= remember then
  redis.call('UNLINK', old)
  if now - born < 2 * remember and redis.call('EXISTS', young) == 1 then redis.call('RENAME', young, old)
  else redis.call('UNLINK', young) end
  redis.call('HSET', facts, 'born', now)
end

local held = {}
for i = 1, leases do held[i] = redis.call('GET', KEYS[4 + i]) == ARGV[5 + i] end

local ask = {}
local i = 6 + leases
while i <= #ARGV do
  local count = tonumber(ARGV[i])
  ask[#ask + 1] = ARGV[i + 2]
  for n = 1, count do ask[#ask + 1] = ARGV[i + 1 + 2 * n] end
  i = i + 3 + 2 * count
end
if #ask == 0 then return {} end
local inYoung = redis.call('SMISMEMBER', young, unpack(ask))
local inOld = redis.call('SMISMEMBER', old, unpack(ask))
local remembered = {}
for n, id in ipairs(ask) do remembered[id] = inYoung[n] == 1 or inOld[n] == 1 end

local result, new = {}, {}
local function remember_new()
  if #new > 0 then redis.call('SADD', young, unpack(new)) end
end
i = 6 + leases
while i <= #ARGV do
  local count, lease, after = tonumber(ARGV[i]), tonumber(ARGV[i + 1]), ARGV[i + 2]
  local refused = (lease > 0 and not held[lease] and -1) or (after ~= '' and not remembered[after] and -2)
  for n = 1, count do
    local id = ARGV[i + 1 + 2 * n]
    if refused then result[#result + 1] = refused
    elseif remembered[id] then result[#result + 1] = 0
    else
      local entry = redis.pcall('XADD', stream, '*', 'tip', ARGV[i + 2 + 2 * n])
      if type(entry) == 'table' then
        -- What was written before it is remembered, and what was not is not.
        remember_new()
        return redis.error_reply(entry.err)
      end
      remembered[id] = true
      new[#new + 1] = id
      result[#result + 1] = 1
    end
  end
  i = i + 3 + 2 * count
end
remember_new()
if #new == 0 then return result end
redis.call('PEXPIRE', young, 2 * remember)

local size = redis.call('XLEN', stream)
if hard > 0 and size > hard then
  local cut = redis.call('XRANGE', stream, '-', '+', 'COUNT', size - hard)
  local last = cut[#cut][1]
  local ms, seq = last:match('(%d+)-(%d+)')
  ms, seq = tonumber(ms), tonumber(seq)
  local groups = redis.pcall('XINFO', 'GROUPS', stream)
  for g = 1, groups.err and 0 or #groups do
    local of = {}
    for f = 1, #groups[g], 2 do of[groups[g][f]] = groups[g][f + 1] end
    local read, readSeq = of['last-delivered-id']:match('(%d+)-(%d+)')
    read, readSeq = tonumber(read), tonumber(readSeq)
    local lost = of.pending > 0 and #redis.call('XPENDING', stream, of.name, '-', last, #cut) or 0
    for c = #cut, 1, -1 do
      local at, atSeq = cut[c][1]:match('(%d+)-(%d+)')
      at, atSeq = tonumber(at), tonumber(atSeq)
      if at < read or (at == read and atSeq <= readSeq) then break end
      lost = lost + 1
    end
    if lost > 0 then redis.call('HINCRBY', facts, 'lost:' .. of.name, lost) end
  end
  redis.call('XTRIM', stream, 'MAXLEN', '=', hard)
  size = hard
end
local excess = length > 0 and size - length or 0
if excess >= 100 or (age > 0 and now - trimmed >= 1000) then
  redis.call('HSET', facts, 'trimmed', now)
  -- What no group has left to acknowledge lies before this id.
  local safe, safeMs, safeSeq
  local groups = redis.pcall('XINFO', 'GROUPS', stream)
  for g = 1, groups.err and 0 or #groups do
    local of = {}
    for f = 1, #groups[g], 2 do of[groups[g][f]] = groups[g][f + 1] end
    local id = of.pending > 0 and redis.call('XPENDING', stream, of.name)[2] or of['last-delivered-id']
    local ms, seq = id:match('(%d+)-(%d+)')
    ms, seq = tonumber(ms), tonumber(seq)
    if not safe or ms < safeMs or (ms == safeMs and seq < safeSeq) then safe, safeMs, safeSeq = id, ms, seq end
  end
  if excess >= 100 then
    if safe then redis.call('XTRIM', stream, 'MINID', '~', safe, 'LIMIT', excess)
    else redis.call('XTRIM', stream, 'MAXLEN', '~', length) end
  end
  if age > 0 then
    local oldest = string.format('%.0f', now - age)
    if safe and safeMs < now - age then oldest = safe end
    redis.call('XTRIM', stream, 'MINID', '~', oldest)
  end
end
return result
`);
