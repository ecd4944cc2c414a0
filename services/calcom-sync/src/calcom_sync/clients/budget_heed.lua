-- Learn from what a request brought. Returns 1 where the key begins to rest. KEYS: bucket, line, back.
local now, failed, remaining, reset_ms = time_of(tonumber(ARGV[1])), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local pause_ms, limit, first_rest, longest_rest = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local per_ms, size = tonumber(ARGV[9]), tonumber(ARGV[10])
set_back(now)
redis.call('HSETNX', KEYS[1], 'at', tostring(now))
local known = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'paused_until', 'open_until', 'probing', 'rest')
local pause_until = 0
local opened = 0

if pause_ms > 0 then pause_until = now + pause_ms end
if remaining == 0 then pause_until = math.max(pause_until, now + reset_ms) end
if pause_until > tonumber(known[3] or 0) then redis.call('HSET', KEYS[1], 'paused_until', tostring(pause_until)) end

-- Somebody else asks with the same key: what Cal.com says is left counts.
if remaining >= 0 then
  local at = tonumber(known[2] or now)
  local tokens = math.min(size, tonumber(known[1] or size) + math.max(0, now - at) * per_ms)
  if remaining < tokens then
    redis.call('HSET', KEYS[1], 'tokens', tostring(remaining), 'at', tostring(math.max(now, at)))
  end
end

if failed == 0 then
  redis.call('HDEL', KEYS[1], 'failures', 'open_until', 'probing', 'rest')
else
  local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
  local resting = known[4] and not known[5]
  if known[5] or (failures >= limit and not resting) then
    local rest = math.min(longest_rest, tonumber(known[6] or first_rest / 2) * 2)
    redis.call('HSET', KEYS[1], 'open_until', tostring(now + rest), 'rest', tostring(rest))
    redis.call('HDEL', KEYS[1], 'probing')
    opened = 1
  end
end
redis.call('PEXPIRE', KEYS[1], 3600000)
return opened
