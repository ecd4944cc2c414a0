-- Ends claimed holds on time that an appointment has given back. ARGV: the instant at which it did, in ms, the spans as JSON
-- [[person, from, to], ...], and in the same form what has taken its place. What was held after that instant is somebody
-- else's. Returns {lapsed, how many were ended}.
local given_back, spans, kept = tonumber(ARGV[3]), cjson.decode(ARGV[4]), cjson.decode(ARGV[5])
local lapsed = sweep()
local ended = {}
local count = 0

-- A move to a time that overlaps the old one has a claimed hold too, and a long phase of it may cover a short one of the old.
local function is_kept(person, from, to)
  for _, span in ipairs(kept) do
    if span[1] == person and from <= span[2] and span[3] <= to then
      return true
    end
  end
  return false
end

-- Calls the function with each entry of the days that the span touches.
local function each_beside(span, look)
  local first, last = days_of(span)
  for day = first, last do
    local fields = redis.call('HGETALL', day_key(span[1], day))
    for i = 1, #fields, 2 do
      local option, from, to = string.match(fields[i], '^(.+)|(%d+)|(%d+)$')
      look(option, tonumber(from), tonumber(to), fields[i + 1])
    end
  end
end

for _, span in ipairs(kept) do
  each_beside(span, function(option, from, to)
    if is_kept(span[1], from, to) then
      ended[option] = true
    end
  end)
end
for _, span in ipairs(spans) do
  each_beside(span, function(option, from, to, owner)
    local covers = from <= span[2] and span[3] <= to
    if owner == '' and covers and not ended[option] then
      local known = redis.call('HMGET', key('option', option), 'state', 'since')
      if known[1] == 'claimed' and tonumber(known[2]) <= given_back then
        ended[option] = true
        count = count + 1
        drop(option, 'released')
      end
    end
  end)
end
return { lapsed, count }
