-- Lets the unclaimed holds of a call last longer. ARGV: call, hold in ms, the longest life of a hold in ms.
-- Returns {lapsed, how many are held, until when all of them are}.
local call, hold_ms, cap_ms = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local lapsed = sweep()
local own = unclaimed(call, {})
local all_until = 0
for _, option in ipairs(own) do
  local since = tonumber(redis.call('HGET', key('option', option), 'since'))
  local end_ms = math.max(
    math.min(now + hold_ms, since + cap_ms),
    tonumber(redis.call('ZSCORE', expiring, option))
  )
  hold_until(option, end_ms)
  all_until = all_until == 0 and end_ms or math.min(all_until, end_ms)
end
return { lapsed, #own, all_until }
