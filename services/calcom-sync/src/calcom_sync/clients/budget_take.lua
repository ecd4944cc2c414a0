-- Take tokens, or say how many milliseconds to wait. KEYS: bucket, line (name by since when), back (name by when it asks again).
-- Tokens may go below zero by one batch, so that one larger than the bucket gets through at all; who comes next waits.
local now, wanted, per_ms, size = time_of(tonumber(ARGV[1])), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local reserve, urgency, name, since = tonumber(ARGV[5]), ARGV[6], ARGV[7], tonumber(ARGV[8])
local probe_ms = tonumber(ARGV[9])
local HOUR, GONE, SOON = 3600000, 10000, 30000

set_back(now)
local known = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'paused_until', 'open_until')
local paused_until, open_until = tonumber(known[3] or 0), tonumber(known[4] or 0)
if paused_until > now then return math.ceil(paused_until - now) end
if open_until > now then return math.ceil(open_until - now) end

-- Who did not come back when it said it would is not waited for.
local border = '+inf'
if urgency == 'change' then border = '(' .. since end
while true do
  local first = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', border, 'LIMIT', 0, 1)[1]
  if not first then break end
  local back = tonumber(redis.call('HGET', KEYS[3], first) or 0)
  if back + GONE >= now then break end
  redis.call('ZREM', KEYS[2], first)
  redis.call('HDEL', KEYS[3], first)
end
local ahead = redis.call('ZCOUNT', KEYS[2], '-inf', border)
if urgency == 'live' then ahead = 0 end

local at = tonumber(known[2] or now)
local tokens = math.min(size, tonumber(known[1] or size) + math.max(0, now - at) * per_ms)
local needed = math.min(wanted + reserve, size)
local wait = 0
if ahead == 0 and tokens >= needed then
  tokens = tokens - wanted
  redis.call('ZREM', KEYS[2], name)
  redis.call('HDEL', KEYS[3], name)
  if open_until > 0 then redis.call('HSET', KEYS[1], 'open_until', tostring(now + probe_ms), 'probing', '1') end
else
  -- Nothing grows before the time up to which it has grown already, by the clock that is ahead.
  wait = math.max(1, math.ceil((needed - tokens + ahead * wanted) / per_ms + math.max(0, at - now)))
  if name ~= '' then
    redis.call('ZADD', KEYS[2], since, name)
    redis.call('HSET', KEYS[3], name, tostring(now + wait))
    redis.call('PEXPIRE', KEYS[2], HOUR)
    redis.call('PEXPIRE', KEYS[3], HOUR)
  else
    wait = math.min(wait, SOON)
  end
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(math.max(now, at)))
redis.call('PEXPIRE', KEYS[1], HOUR)
return wait
