-- Comes before the other scripts: what time it is, and what follows where it is earlier than it was. KEYS: bucket, line, back.
local SKEW = 60000 -- Clocks of processes may differ by so much; more is a clock that was set back.

-- A negative time says: by Redis itself, one clock for all.
local function time_of(told)
  if told >= 0 then return told end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Whatever was to be at some time comes as much earlier. Who waits in the line takes a place there anew.
local function set_back(now)
  local known = redis.call('HMGET', KEYS[1], 'at', 'paused_until', 'open_until')
  local by = tonumber(known[1] or now) - now
  if by <= SKEW then return end
  redis.call('HSET', KEYS[1], 'at', tostring(now))
  for place, name in ipairs({'paused_until', 'open_until'}) do
    local at = known[place + 1]
    if at then redis.call('HSET', KEYS[1], name, tostring(tonumber(at) - by)) end
  end
  redis.call('DEL', KEYS[2], KEYS[3])
end
