/**
 * What both scripts of the limiter begin with. The time is the server's own, in milliseconds, and one that is never set back.
 *
 * `KEYS`: facts of a key, its calls, and of a bucket the places that are under way or were given back. `ARGV`: calls allowed, in so many milliseconds, milliseconds between two calls (0 where they may come
 * together), what a full bucket holds (0 for a window), whether calls count when they are answered, then what each script says.
 */
const prelude = `
local facts, calls, open = KEYS[1], KEYS[2], KEYS[3]
local limit, per, gap, burst, late = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1'
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local stored = redis.call('HMGET', facts, 'last', 'offset', 'hold', 'allowed', 'till', 'full')
local function number(index) return tonumber(stored[index] or 0) end
local last, offset, hold, allowed, till, full = number(1), number(2), number(3), number(4), number(5), number(6)
now = now + offset
if now < last then
  offset = offset + last - now
  now = last
end
local refill = per / limit
local function text(value) return string.format('%.3f', value) end
local function keep()
  redis.call('HSET', facts, 'last', text(now), 'offset', text(offset), 'hold', text(hold), 'allowed', allowed, 'till', text(till), 'full', text(full))
  redis.call('PEXPIRE', facts, math.ceil(math.max(per, hold - now, till - now, full - now) + per))
end
-- How many calls are newer than that; they stand in their order.
local function newer(than)
  local size = redis.call('LLEN', calls)
  local low, high = 0, size
  while low < high do
    local middle = math.floor((low + high) / 2)
    if tonumber(redis.call('LINDEX', calls, middle)) > than then high = middle else low = middle + 1 end
  end
  return size - low
end
local function count(at)
  redis.call('RPUSH', calls, text(at))
  redis.call('LTRIM', calls, -limit, -1)
  redis.call('PEXPIRE', calls, math.ceil(2 * per))
end
`;

/**
 * Takes a place, or says in how many milliseconds there may be one. Answers as a count of rate-limiter-flexible: places in use, one more
 * than there are where none is free; the wait; and when the place was taken.
 *
 * `ARGV` 6 to 8: how many calls went uncounted while the server was away, how many of this process the server should know of, for how long
 * nothing may go.
 */
export const takeLua = `${prelude}
local uncounted, mine, wait = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
if wait > 0 then hold = math.max(hold, now + wait) end
-- The server lost what it knew, of the others too: what may have gone is taken to have gone.
if not stored[1] and mine > 0 then
  if burst > 0 then full = now + burst * refill else hold = math.max(hold, now + (gap > 0 and gap or per)) end
end
if burst > 0 then full = math.max(full, now) + uncounted * refill
else for _ = 1, math.min(uncounted, limit) do count(now) end end

local from = math.max(now, hold)
local at
local used
if burst > 0 then
  local way = 0
  if late then
    redis.call('ZREMRANGEBYSCORE', open, '-inf', text(now - 3000))
    way = redis.call('ZCARD', open)
  end
  at = math.max(from, math.max(full, from) + (way + 1 - burst) * refill)
  used = math.ceil(math.max(0, full - now) / refill) + way
else
  used = newer(now - per)
  local start = from
  if till > now and allowed <= 0 then start = math.max(from, till) end
  at = start
  local before = redis.call('LINDEX', calls, gap > 0 and -1 or -limit)
  if before then at = math.max(start, tonumber(before) + (gap > 0 and gap or per)) end
end
local places = burst > 0 and burst or limit
if at > now + 0.001 then
  keep()
  return { places + 1, math.ceil(at - now), text(now) }
end
if burst > 0 then
  if late then
    redis.call('ZADD', open, text(now), redis.call('HINCRBY', facts, 'number', 1))
    redis.call('PEXPIRE', open, 10000)
  else full = math.max(full, now) + refill end
else
  if till > now then
    allowed = allowed - 1
    used = math.max(used, limit - 1 - allowed)
  end
  count(now)
end
keep()
return { math.min(places, used + 1), 0, text(now) }
`;

/**
 * Says what became of a call. `ARGV` 6 to 12: when its place was taken, milliseconds since, what became of it (`back`: it was not sent;
 * `slow`: it may have arrived long after it left), for how long nothing may go, calls left and milliseconds until there are more (-1:
 * not said), calls of this process that may be missing in that.
 */
export const tellLua = `${prelude}
local taken, elapsed, fate, wait = ARGV[6], tonumber(ARGV[7]), ARGV[8], tonumber(ARGV[9])
local remaining, reset, way = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
-- Whoever left after this call may be missing in what its answer says.
if burst == 0 and remaining >= 0 then way = newer(math.max(tonumber(taken), now - math.min(elapsed, 3000))) end
if late then
  local mine = redis.call('ZRANGEBYSCORE', open, text(tonumber(taken) - 0.5), '+inf', 'LIMIT', 0, 1)
  if mine[1] then redis.call('ZREM', open, mine[1]) end
  if fate ~= 'back' then full = math.max(full, now) + refill end
elseif fate == 'back' then
  if burst > 0 then
    -- A message that had to be sent again gives no second place back.
    redis.call('ZREMRANGEBYSCORE', open, '-inf', text(now - 60000))
    if redis.call('ZADD', open, text(now), taken) > 0 then full = full - refill end
    redis.call('PEXPIRE', open, 60000)
  elseif redis.call('LREM', calls, -1, taken) > 0 and till > now then allowed = allowed + 1 end
elseif fate == 'slow' then
  if redis.call('LREM', calls, -1, taken) > 0 then
    -- Late enough for whoever was on the way; the order stays, or no search would find its way.
    local newest = redis.call('LINDEX', calls, -1)
    count(math.max(math.min(now, tonumber(taken) + 3000), newest and tonumber(newest) or 0))
  end
end
hold = math.max(hold, now + wait)
if remaining >= 0 then
  if burst > 0 then full = math.max(full, now + (burst - math.max(0, remaining - way)) * refill)
  else
    local left = math.max(0, remaining - way)
    local inside = newer(now - per)
    local first = inside > 0 and redis.call('LINDEX', calls, -inside)
    local ending = reset >= 0 and now + reset or (first and tonumber(first) or now) + per
    if ending > now then
      -- Answers overtake each other: within one window the smallest number is the newest.
      if reset >= 0 and till > now and math.abs(ending - till) < 1500 then left = math.min(allowed, left) end
      allowed = left
      till = ending
    end
  end
end
keep()
return 1
`;
