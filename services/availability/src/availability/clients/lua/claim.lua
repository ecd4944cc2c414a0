-- Makes a hold the call's for good, until the appointment is seen. ARGV: call, option, how long it stands in ms, "1" to
-- take it again where its hold has ended, what an appointment takes that it would move as JSON [[person, from, to], ...].
-- Returns {status, lapsed, released, payload}; status is "claimed", "repeated", "lapsed", "taken" or "unknown".
local call, option, stand_ms, again = ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6] == '1'
local lapsed = sweep()
local record = key('option', option)
local known = redis.call('HMGET', record, 'call', 'number', 'state', 'since', 'spans', 'payload')
if known[1] ~= call then
  return { 'unknown', lapsed, 0, '' }
end
local number, state, spans, payload = known[2], known[3], cjson.decode(known[5]), known[6]
local end_ms = redis.call('ZSCORE', expiring, option)
if end_ms and state == 'claimed' then
  return { 'repeated', lapsed, 0, payload }
elseif not end_ms and not again then
  return { 'lapsed', lapsed, 0, payload }
elseif not end_ms and not is_free(spans, reader(call, cjson.decode(ARGV[7]), {})) then
  return { 'taken', lapsed, 0, payload }
end

-- The call's other offers that share a minute with this one cannot be had any more.
local claimed = {}
for _, span in ipairs(spans) do
  claimed[span[1]] = claimed[span[1]] or {}
  table.insert(claimed[span[1]], { span[2], span[3] })
end
local function of_claimed(person, _)
  return claimed[person] or {}
end
local released = 0
for _, other in ipairs(unclaimed(call, {})) do
  if other ~= option and not is_free(cjson.decode(redis.call('HGET', key('option', other), 'spans')), of_claimed) then
    drop(other, 'released')
    released = released + 1
  end
end

forget_limits(option, call, number)
redis.call('HSET', record, 'state', 'claimed')
if not end_ms then
  redis.call('HSET', record, 'since', ARGV[1]) -- what others gave back before is not this
  keep(record)
end
occupy(option, spans, '')
hold_until(option, math.max(tonumber(end_ms or 0), now + stand_ms))
return { 'claimed', lapsed, released, payload }
