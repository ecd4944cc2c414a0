-- Holds the first options that fit, each as a whole, in place of what the call held before.
-- ARGV: call, number digest or "", hold in ms, how many are wanted, how many it takes at least, limit per call, limit per
-- number, the candidates in order of preference as JSON [{id, spans: [[person, from, to], ...], payload}], people as JSON,
-- "1" where the limits may not make it fewer than wanted.
-- Returns {status, lapsed, released, refused, until, {held options}, {{person, from, to, until} that others hold}}; status is
-- "held", or "short" or "limit" where nothing was changed.
local call, number, hold_ms = ARGV[3], ARGV[4], tonumber(ARGV[5])
local wanted, at_least = tonumber(ARGV[6]), tonumber(ARGV[7])
local per_call, per_number = tonumber(ARGV[8]), tonumber(ARGV[9])
local candidates, people = cjson.decode(ARGV[10]), cjson.decode(ARGV[11])
local whole = ARGV[12] == '1'
local lapsed = sweep()
local taken = reader(call)
local own = unclaimed(call)

-- Options that other calls of the same number hold.
local function held_elsewhere()
  local count = redis.call('SCARD', key('number', number))
  for _, option in ipairs(own) do
    count = count - redis.call('SISMEMBER', key('number', number), option)
  end
  return count
end

local function allowance()
  local allowed = math.min(wanted, per_call)
  if number ~= '' then
    allowed = math.min(allowed, per_number - held_elsewhere())
  end
  return allowed
end

local function choose(allowed)
  local chosen, refused = {}, 0
  for _, candidate in ipairs(candidates) do
    if #chosen == allowed then
      break
    elseif is_free(candidate.spans, taken) then
      chosen[#chosen + 1] = candidate
    else
      refused = refused + 1
    end
  end
  return chosen, refused
end

local function hold(candidate, until_ms)
  local record = key('option', candidate.id)
  redis.call('HSET', record, 'call', call, 'number', number, 'state', 'held', 'since', ARGV[1],
    'spans', cjson.encode(candidate.spans), 'payload', candidate.payload)
  keep(record)
  occupy(candidate.id, candidate.spans, call)
  hold_until(candidate.id, until_ms)
  for _, owner in ipairs({ key('call', call), number ~= '' and key('number', number) or nil }) do
    redis.call('SADD', owner, candidate.id)
    keep(owner)
  end
end

local allowed = allowance()
if allowed < (whole and wanted or 1) then
  return { 'limit', lapsed, 0, 0, 0, {}, {} }
end
local chosen, refused = choose(allowed)
if #chosen < math.min(at_least, allowed) then
  return { 'short', lapsed, 0, refused, 0, {}, flat(people, taken) }
end
for _, option in ipairs(own) do
  drop(option, 'released')
end
local held = {}
for _, candidate in ipairs(chosen) do
  hold(candidate, now + hold_ms)
  held[#held + 1] = candidate.id
end
return { 'held', lapsed, #own, refused, now + hold_ms, held, {} }
