-- Ends claimed holds on time that an appointment has given back. ARGV: the instant at which it did, in ms, the spans as JSON
-- [[person, from, to], ...]. What was held after that instant is somebody else's. Returns {lapsed, how many were ended}.
local given_back, spans = tonumber(ARGV[3]), cjson.decode(ARGV[4])
local lapsed = sweep()
local ended = {}
local count = 0
for _, span in ipairs(spans) do
  local fields = redis.call('HGETALL', key('person', span[1]))
  for i = 1, #fields, 2 do
    local option, from, to = string.match(fields[i], '^(.+)|(%d+)|(%d+)$')
    -- A move to a time that overlaps the old one has a claimed hold too, which does not cover all of the old one.
    local covers = tonumber(from) <= span[2] and span[3] <= tonumber(to)
    if fields[i + 1] == '' and covers and not ended[option] then
      local known = redis.call('HMGET', key('option', option), 'state', 'since')
      if known[1] == 'claimed' and tonumber(known[2]) <= given_back then
        ended[option] = true
        count = count + 1
        drop(option, 'released')
      end
    end
  end
end
return { lapsed, count }
