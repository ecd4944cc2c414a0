-- Holds the first options that fit, each as a whole, in place of what the call held before.
-- ARGV: call, number digest or "", hold in ms, how many are wanted, how many it takes at least, limit per call, limit per
-- number, people as JSON, "1" where the limits may not make it fewer than wanted, for how long in ms calls may have kept a time
-- that they did not book, for it to be kept once more, what an appointment takes that is being moved as JSON [[person, from, to],
-- ...], the call's options that are being booked as a JSON list, "1" where only what is held is of use; then the
-- candidates in order of preference, of each: its id, its spans
-- as JSON [[person, from, to], ...], its payload, and how many of the spans, the first ones, are counted as kept.
-- Returns {status, lapsed, released, refused, until, {options}, what others hold, as flat() has it}; status is
-- "held"; "offered" where all that is free was kept for too long: the options can be claimed, but are not held; or "short",
-- "limit" or "worn" (some of it was kept for too long) where nothing was changed.
local call, number, hold_ms = ARGV[3], ARGV[4], tonumber(ARGV[5])
local wanted, at_least = tonumber(ARGV[6]), tonumber(ARGV[7])
local per_call, per_number = tonumber(ARGV[8]), tonumber(ARGV[9])
local whole, patience_ms = ARGV[11] == '1', tonumber(ARGV[12])
local only_held = ARGV[15] == '1'
local FIRST, EACH = 16, 4
local kept = set_of(cjson.decode(ARGV[14]))
local lapsed = sweep()
local taken = reader(call, cjson.decode(ARGV[13]), kept)
local own = unclaimed(call, kept)

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

-- The candidate that begins at this argument.
local function candidate_at(i)
  return { id = ARGV[i], said = ARGV[i + 1], spans = cjson.decode(ARGV[i + 1]), payload = ARGV[i + 2],
    counted = tonumber(ARGV[i + 3]) }
end

local function is_worn(candidate)
  local worn = false
  for i = 1, candidate.counted do
    each_day_in_quarters(candidate.spans[i], function(day, first, last)
      local name = key('kept', candidate.spans[i][1] .. ':' .. day)
      if not worn and redis.call('EXISTS', name) == 1 then
        for quarter = first, last do
          worn = worn or level_at(redis.call('HGET', name, quarter), now) >= patience_ms
        end
      end
    end)
  end
  return worn
end

local function choose(allowed)
  local chosen, worn, refused = {}, {}, 0
  for i = FIRST, #ARGV, EACH do
    if #chosen == allowed then
      break
    end
    local candidate = candidate_at(i)
    if not is_free(candidate.spans, taken) then
      refused = refused + 1
    elseif is_worn(candidate) then
      worn[#worn + 1] = candidate
    else
      chosen[#chosen + 1] = candidate
    end
  end
  return chosen, worn, refused
end

local function note(candidate, state)
  local record = key('option', candidate.id)
  redis.call('HSET', record, 'call', call, 'number', number, 'state', state, 'since', ARGV[1],
    'spans', candidate.said, 'payload', candidate.payload, 'counted', candidate.counted)
  keep(record)
end

local function hold(candidate, until_ms)
  note(candidate, 'held')
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
local chosen, worn, refused = choose(allowed)
local enough = math.min(at_least, allowed)
if #chosen < enough and #worn > 0 and whole then
  return { 'worn', lapsed, 0, refused, 0, {}, {} }
end
local unkept = #chosen == 0 and #worn > 0 and not only_held
if #chosen < enough and not unkept then
  return { 'short', lapsed, 0, refused, 0, {}, flat(cjson.decode(ARGV[10]), taken) }
end
for _, option in ipairs(own) do
  drop(option, 'released')
end
local ids = {}
for i, candidate in ipairs(unkept and worn or chosen) do
  if i <= allowed then
    if unkept then
      note(candidate, 'offered')
    else
      hold(candidate, now + hold_ms)
    end
    ids[i] = candidate.id
  end
end
return { unkept and 'offered' or 'held', lapsed, #own, refused, unkept and 0 or now + hold_ms, ids, {} }
