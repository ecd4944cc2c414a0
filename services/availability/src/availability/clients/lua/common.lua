-- What all scripts of the holds share; each is appended to this text.
--
-- KEYS[1] is the root "holds:{tenant:branch}". Every key begins with it, so the braces put all of them on one node of a
-- cluster. ARGV[1] is the present instant, ARGV[2] how long a key outlives its last use, both in milliseconds. Below
-- the root:
--   :expiring         sorted set: option -> when its hold ends. An option is live exactly while it is in here.
--   :person:<id>:<day>  hash: "<option>|<from>|<to>" -> the call that may ignore it; "" (nobody) once it is claimed. Of
--                     each UTC day that it touches, counted from the epoch: whoever asks for an hour reads a day.
--   :days:<id>        set of the days of which there is such a hash.
--   :option:<id>      hash: call, number, state, since, spans, payload, counted. Stays known after its hold has ended.
--   :kept:<id>:<day>  hash: quarter of an hour of the day -> "<level>|<until>". For how long calls have kept it without
--                     booking: the level in ms that it had at that instant; it drains by a third of the time since.
--   :call:<id>        set of the call's live options that nobody has claimed.
--   :number:<digest>  the same for a caller's number.
-- from and to are UTC epoch minutes, half open.

local root, now, keep_ms = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local expiring = root .. ':expiring'

local function key(kind, id)
  return root .. ':' .. kind .. ':' .. id
end

local function keep(name)
  redis.call('PEXPIRE', name, keep_ms)
end

local function field_of(option, span)
  return string.format('%s|%d|%d', option, span[2], span[3])
end

local function day_key(person, day)
  return root .. ':person:' .. person .. ':' .. day
end

local function days_of(span)
  return math.floor(span[2] / 1440), math.floor((span[3] - 1) / 1440)
end

-- What a hold has occupied already was kept when it did: a hold lasts for minutes, a key for hours.
local function occupy(option, spans, owner)
  for _, span in ipairs(spans) do
    local first, last = days_of(span)
    for day = first, last do
      local name = day_key(span[1], day)
      if redis.call('HSET', name, field_of(option, span), owner) == 1 then
        keep(name)
        local days = key('days', span[1])
        redis.call('SADD', days, string.format('%d', day))
        keep(days)
      end
    end
  end
end

local function give_back(option, spans)
  for _, span in ipairs(spans) do
    local first, last = days_of(span)
    for day = first, last do
      local name = day_key(span[1], day)
      redis.call('HDEL', name, field_of(option, span))
      if redis.call('EXISTS', name) == 0 then
        redis.call('SREM', key('days', span[1]), string.format('%d', day))
      end
    end
  end
end

local function hold_until(option, end_ms)
  if redis.call('ZADD', expiring, string.format('%d', end_ms), option) == 1 then
    keep(expiring)
  end
end

local function forget_limits(option, call, number)
  redis.call('SREM', key('call', call), option)
  if number ~= '' then
    redis.call('SREM', key('number', number), option)
  end
end

local QUARTER, QUARTERS, SHARE = 15, 96, 3

-- Calls the function with each day that a span touches, and its first and last quarter of an hour in it.
local function each_day_in_quarters(span, look)
  local first, last = days_of(span)
  for day = first, last do
    look(day, math.floor(math.max(span[2] - day * 1440, 0) / QUARTER),
      math.min(math.floor((span[3] - 1 - day * 1440) / QUARTER), QUARTERS - 1))
  end
end

local function level_at(known, instant)
  local level, counted_until = string.match(known or '0|0', '^(%d+)|(%d+)$')
  counted_until = tonumber(counted_until)
  return math.max(0, tonumber(level) - math.floor(math.max(0, instant - counted_until) / SHARE)), counted_until
end

-- Counts how long a call has kept what it did not book. Its options may share a quarter of an hour, which counts once.
local function count_kept(spans, counted, since, ended)
  for i = 1, counted do
    each_day_in_quarters(spans[i], function(day, first, last)
      local name = key('kept', spans[i][1] .. ':' .. day)
      for quarter = first, last do
        local level, counted_until = level_at(redis.call('HGET', name, quarter), ended)
        if ended > counted_until then
          redis.call('HSET', name, quarter, string.format('%d|%d', level + ended - math.max(since, counted_until), ended))
        end
      end
      keep(name)
    end)
  end
end

-- Ends a live hold. What was offered stays known, so that it can be taken again while it is free.
local function drop(option, state)
  local end_ms = redis.call('ZSCORE', expiring, option)
  redis.call('ZREM', expiring, option)
  local record = key('option', option)
  local known = redis.call('HMGET', record, 'call', 'number', 'spans', 'state', 'since', 'counted')
  if known[1] then
    local spans = cjson.decode(known[3])
    give_back(option, spans)
    forget_limits(option, known[1], known[2])
    if known[4] == 'held' and end_ms then
      count_kept(spans, tonumber(known[6] or 0), tonumber(known[5]), math.min(now, tonumber(end_ms)))
    end
    redis.call('HSET', record, 'state', state)
  end
end

-- Options, as a set.
local function set_of(options)
  local set = {}
  for _, option in ipairs(options) do
    set[option] = true
  end
  return set
end

-- The call's holds that nobody has claimed, but for those that are being booked.
local function unclaimed(call, kept)
  local live = {}
  for _, option in ipairs(redis.call('SMEMBERS', key('call', call))) do
    if redis.call('ZSCORE', expiring, option) and redis.call('EXISTS', key('option', option)) == 1 then
      live[#live + 1] = not kept[option] and option or nil
    else
      redis.call('SREM', key('call', call), option) -- its record was evicted before it ended
    end
  end
  return live
end

-- Ends all holds whose time is over; returns how many of them nobody had claimed.
local function sweep()
  local lapsed = 0
  for _, option in ipairs(redis.call('ZRANGEBYSCORE', expiring, '-inf', string.format('%d', now))) do
    local state = redis.call('HGET', key('option', option), 'state')
    if state == 'held' then
      lapsed = lapsed + 1
      state = 'expired'
    end
    drop(option, state)
  end
  return lapsed
end

-- The options that are an appointment already: those that take just what it takes.
local function claims_on(appointment)
  local found = {}
  for _, span in ipairs(appointment) do
    local fields = redis.call('HGETALL', day_key(span[1], (days_of(span))))
    for i = 1, #fields, 2 do
      local option, from, to = string.match(fields[i], '^(.+)|(%d+)|(%d+)$')
      if tonumber(from) == span[2] and tonumber(to) == span[3] then
        found[option] = true
      end
    end
  end
  return found
end

-- What a person is held for on a day that the call may not ignore: a list of {from, to, option, whether it is claimed, its field}.
local function taken_on(person, day, call, moved, kept)
  local spans = {}
  local fields = redis.call('HGETALL', day_key(person, day))
  for i = 1, #fields, 2 do
    local option, from, to = string.match(fields[i], '^([^|]+)|(%d+)|(%d+)$')
    if not moved[option] and (fields[i + 1] == '' or fields[i + 1] ~= call or kept[option]) then
      spans[#spans + 1] = { tonumber(from), tonumber(to), option, fields[i + 1] == '', fields[i] }
    end
  end
  return spans
end

-- Until when such a span is held; nil, and it is forgotten, where its record was evicted before it ended. Asked only of what matters.
local function until_of(person, day, span)
  local end_ms = redis.call('ZSCORE', expiring, span[3])
  if not end_ms then
    redis.call('HDEL', day_key(person, day), span[5])
    return nil
  end
  return tonumber(end_ms)
end

-- Remembers what it has read, since many candidates ask for few people. What is claimed for an appointment that is being moved,
-- given by what it takes, is no obstacle either; what the call itself is booking is one.
local function reader(call, appointment, kept)
  local known, moved = {}, claims_on(appointment)
  return function(person, day)
    local name = day_key(person, day)
    known[name] = known[name] or taken_on(person, day, call, moved, kept)
    return known[name]
  end
end

-- Whether none of the spans meets what is taken: told by a reader(), or as {from, to} alone, which stands in any case.
local function is_free(spans, taken)
  for _, span in ipairs(spans) do
    local first, last = days_of(span)
    for day = first, last do
      for _, other in ipairs(taken(span[1], day)) do
        local meets = span[2] < other[2] and other[1] < span[3]
        if meets and (not other[3] or until_of(span[1], day, other)) then
          return false
        end
      end
    end
  end
  return true
end

-- The first of an option's spans, which is somebody's time; empty where its record was evicted.
local function first_span(option)
  local spans = redis.call('HGET', key('option', option), 'spans')
  return spans and cjson.decode(spans)[1] or {}
end

-- All that people are held for, each once: {person, from, to, until, the first span of its option if that is claimed}.
local function flat(people, taken)
  local out = {}
  for _, person in ipairs(people) do
    for _, day in ipairs(redis.call('SMEMBERS', key('days', person))) do
      for _, span in ipairs(taken(person, tonumber(day))) do
        local end_ms = until_of(person, day, span)
        if end_ms and math.floor(span[1] / 1440) == tonumber(day) then
          out[#out + 1] = { person, span[1], span[2], end_ms, span[4] and first_span(span[3]) or {} }
        end
      end
    end
  end
  return out
end
